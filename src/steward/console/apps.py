"""The console as a Django application."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from steward.ui.homes import Home, offer_home


class ConsoleConfig(AppConfig):
    name = "steward.console"
    label = "console"

    def ready(self) -> None:
        offer_home(_home_of)
        autodiscover_modules("privacy_card")  # what each package tells in the privacy centre


def _home_of(request: HttpRequest) -> Home | None:
    """The tickets, at the host of an account; the base domain has no console."""
    if getattr(request, "account", None) is None:
        return None
    # Written out: an error page must render when the addresses cannot be read.
    return Home("/console/", _("Go to the tickets"), search_url="/console/search")
