"""Exports of persons: the list of them, and asking for the next one."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.exporting import shown_all
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.whom import WhomForm, id_of, person_meant, to_whom
from steward.privacy.exports.access import KINDS, get_request_to_export, newest_exports
from steward.privacy.exports.actions import Wanted, language_of, start_export
from steward.privacy.exports.models import DAYS, MOST_DAYS, Export
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import Person

Kind = Export.Kind


class HowForm(forms.Form):
    """What is exported, in which language, and for how long it can be had."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is exported"),
        choices=[
            (Kind.ACCESS, pgettext_lazy("export of a person", "Everything that is held about them (Article 15)")),
            (Kind.PORTABILITY, pgettext_lazy("export of a person", "What they gave you, to take along (Article 20)")),
        ],
        widget=forms.RadioSelect,
    )
    with_notes = forms.BooleanField(
        label=gettext_lazy("With notes among agents in their tickets"),
        help_text=gettext_lazy(
            "Notes about a person are theirs to see. Those that name somebody else are left out and counted. Leave all "
            "of them out only where they would harm the rights of others."
        ),
        required=False,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of its pages"), choices=settings.LANGUAGES)
    days = forms.IntegerField(
        label=gettext_lazy("Days until it is deleted"),
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        chosen = self.cleaned_data
        return Wanted(Kind(chosen["kind"]), chosen["with_notes"], chosen["days"], chosen["language"])


@require_safe
@settings_page("exports")
def exports(request: ConsoleRequest) -> HttpResponse:
    """What was exported, and the way to the next one."""
    return _list(request, WhomForm())


@require_POST
@settings_page("exports")
def export_search(request: ConsoleRequest) -> HttpResponse:
    """Find somebody by an address. It comes by POST: an address has no place in the log of a server."""
    form = WhomForm(request.POST)
    return to_whom(form, "console:settings-export-new") or _list(request, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("exports")
def export_new(request: ConsoleRequest) -> HttpResponse:
    """Who it is (`contact`, or the `request` of a person) and what is exported; a POST begins."""
    asked = _request(request)
    if asked is None and id_of(request, "contact") is None:
        return HttpResponseRedirect(reverse("console:settings-exports"), status=303)
    person = person_meant(request, asked)
    form = HowForm(request.POST) if request.method == "POST" else HowForm(initial=_offered(person, asked))
    if form.is_bound and form.is_valid():
        wanted = form.wanted
        export = start_export(person, kind=wanted.kind, actor=request.actor, request=asked, wanted=wanted)
        return HttpResponseRedirect(reverse("console:settings-export", args=[export.pk]), status=303)
    context = {"person": person, "form": form, "asked": asked}
    return settings_response(request, "console/settings/export_new.html", context, status=422 if form.is_bound else 200)


def _list(request: ConsoleRequest, form: WhomForm, *, status: int = 200) -> HttpResponse:
    context = {"exports": shown_all(newest_exports()), "form": form}
    return settings_response(request, "console/settings/exports.html", context, status=status)


def _offered(person: Person, asked: PrivacyRequest | None) -> dict[str, Any]:
    kind = KINDS[PrivacyRequest.Type(asked.type)] if asked else Kind.ACCESS
    return {"kind": kind, "with_notes": True, "days": DAYS, "language": language_of(person.contacts[0])}


def _request(request: ConsoleRequest) -> PrivacyRequest | None:
    wanted = id_of(request, "request")
    if wanted is None:
        return None
    try:
        return get_request_to_export(wanted)
    except PrivacyRequest.DoesNotExist as error:
        raise Http404("no such request") from error
