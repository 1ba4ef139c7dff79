"""The privacy centre: how everything about an account's data stands, on one page; and the report made of it."""

from itertools import zip_longest
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.privacy_centre import asked_of, groups_for, wanting
from steward.console.privacy_report import Report, make_pdf, report_of
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.pages import pages_for
from steward.privacy.egress.pdf_child import NotSet

_LEAVING = ("account-export", "closing")  # pages of the settings, for whoever may open them


class LanguageForm(forms.Form):
    """In which language the report is."""

    language = forms.ChoiceField(
        label=pgettext_lazy("of a report", "Language"), choices=lambda: list(settings.LANGUAGES), required=False
    )

    def chosen(self) -> str:
        """What was chosen, or the reader's own language."""
        return (self.is_valid() and self.cleaned_data["language"]) or get_language() or "en"


@require_safe
@settings_page("privacy")
def centre(request: ConsoleRequest) -> HttpResponse:
    """Each matter as a card, those that want somebody told first."""
    asked = asked_of(request.account)
    groups = groups_for(request.me, asked)
    leaving = [page for page in pages_for(request.me) if page.key in _LEAVING]
    context = {"groups": groups, "wanting": wanting(groups), "at": asked.at, "leaving": leaving}
    return settings_response(request, "console/settings/privacy_centre.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("privacy")
def report(request: ConsoleRequest) -> HttpResponse:
    """Every chapter to read and to print; by a POST as a PDF, which is noted in the account's record."""
    form = LanguageForm(request.POST if request.method == "POST" else request.GET)
    made = report_of(asked_of(request.account), name=request.account.name, language=form.chosen())
    if request.method == "POST":
        try:
            return _file(request, made, make_pdf(made, actor=request.actor))
        except NotSet:
            messages.error(request, _("The PDF could not be made just now. Try again in a minute, or print the page."))
            return HttpResponseRedirect(reverse("console:settings-privacy-report"), status=303)
    chosen: dict[str, Any] = {"language": made.language}
    context = {
        "form": LanguageForm(initial=chosen),
        "report": made.content,
        "sections": [section | {"rows": _labelled(section)} for section in made.content["sections"]],
        "language": made.language,
    }
    return settings_response(request, "console/settings/privacy_report.html", context)


def _labelled(section: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Each cell with the heading of its column, which a narrow screen shows beside it."""
    return [list(zip_longest(section["head"], row, fillvalue="")) for row in section["rows"]]


def _file(request: ConsoleRequest, made: Report, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{request.account.slug}-data-protection-{made.at:%Y-%m-%d}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
