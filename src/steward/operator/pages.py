"""The pages of the back office, in the order of its navigation."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of the navigation; `icon` is a symbol of the sprite."""

    key: str
    title: Any
    icon: str

    @property
    def url(self) -> str:
        return reverse(f"operator:{self.key}")


PAGES = (
    Page("overview", pgettext_lazy("back office", "Overview"), "shield-check"),
    Page("accounts", pgettext_lazy("back office", "Accounts"), "department"),
    Page("registry", pgettext_lazy("back office", "Subprocessors"), "shield"),
    Page("objections", pgettext_lazy("to subprocessors", "Objections"), "note"),
    Page("agreements", pgettext_lazy("back office", "Agreements"), "check"),
    Page("incidents", _("Incidents"), "warning"),
    Page("jobs", pgettext_lazy("back office, work in the background", "Jobs"), "clock"),
    Page("mail", pgettext_lazy("back office", "Mail queue"), "mail"),
    Page("installation", pgettext_lazy("back office", "Installation"), "settings"),
    Page("marketing", pgettext_lazy("back office, who may be written to", "Marketing"), "note"),
    Page("log", pgettext_lazy("back office", "Operators’ log"), "list"),
    Page("me", _("My sign-in"), "key"),
)
