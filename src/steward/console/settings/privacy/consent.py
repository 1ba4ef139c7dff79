"""What the account asks consent for: the list, a new purpose, new words, the end of one."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.consent_forms import NewPurposeForm, NewWordsForm, begun_with
from steward.people.queries import members_with
from steward.privacy.consent.access import all_purposes, get_purpose, texts_of
from steward.privacy.consent.models import Purpose, PurposeText
from steward.privacy.consent.purposes import (
    BadWords,
    CodeTaken,
    add_purpose,
    change_purpose,
    publish_words,
    retire_purpose,
)
from steward.privacy.consent.queries import counted_to, name_of, newest_texts
from steward.ui.meant import MeantForm

_MOST_COUNTED = 10_000


@require_safe
@settings_page("consent")
def consent(request: ConsoleRequest) -> HttpResponse:
    """Every purpose, with how many consents stand to it."""
    purposes = all_purposes()
    texts = newest_texts(purposes)
    shown = [
        {"purpose": one, "name": _name(texts[one.pk]), "text": texts[one.pk], "number": _shown(_counted(one))}
        for one in purposes
    ]
    return settings_response(request, "console/settings/consent.html", {"purposes": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("consent")
def new_purpose(request: ConsoleRequest) -> HttpResponse:
    """Write a purpose and its first words."""
    form = NewPurposeForm(request.POST if request.method == "POST" else None, own=request.account.language)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            added = add_purpose(
                asked["code"], asked["place"], form.words, is_required=asked["is_required"], actor=request.actor
            )
        except CodeTaken:
            form.add_error("code", _("There is a purpose with this code already. Codes are never used twice."))
        except BadWords:
            form.add_error("code", _("A code has small letters, digits and hyphens, and is at most 40 long."))
        else:
            messages.success(request, _("The purpose is there. From now on it can be asked for."))
            return HttpResponseRedirect(reverse("console:settings-consent-purpose", args=[added.pk]), status=303)
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/consent_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("consent")
def purpose(request: ConsoleRequest, purpose_id: UUID) -> HttpResponse:
    """One purpose: its words and their versions; a POST gives it new words."""
    found, texts = _purpose(purpose_id)
    begun = {"initial": begun_with(found, texts[0])}
    form = NewWordsForm(request.POST if request.method == "POST" else None, own=request.account.language, **begun)
    if form.is_bound and form.is_valid():
        change_purpose(found, is_required=form.cleaned_data["is_required"], actor=request.actor)
        again = form.cleaned_data["asks_again"]
        text = publish_words(found, form.words, asks_again=again, actor=request.actor)
        words = _("Saved.")
        if text is not None:
            words = _("Version %(number)s of the words is published. What was agreed to before stays readable.")
        messages.success(request, words % {"number": text.number if text else ""})
        return HttpResponseRedirect(reverse("console:settings-consent-purpose", args=[found.pk]), status=303)
    return _page(request, found, texts, form, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("consent")
def retirement(request: ConsoleRequest, purpose_id: UUID) -> HttpResponse:
    """Ask for it no more, and do nothing by it, after typing a word."""
    found, texts = _purpose(purpose_id)
    form = MeantForm(request.POST if request.method == "POST" else None, word=pgettext("typed to confirm", "retire"))
    if form.is_bound and form.is_valid():
        retire_purpose(found, actor=request.actor)
        messages.success(request, _("The purpose is retired. Nobody is asked any more, and nothing is done by it."))
        return HttpResponseRedirect(reverse("console:settings-consent"), status=303)
    number = _counted(found)
    context = {"form": form, "purpose": found, "name": _name(texts[0]), "number": number}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/consent_retirement.html", context, status=status)


def _page(
    request: ConsoleRequest, found: Purpose, texts: list[PurposeText], form: NewWordsForm, *, status: int
) -> HttpResponse:
    people = {each.pk: each.name for each in members_with({text.by_id for text in texts if text.by_id})}
    versions = [
        {"text": text, "by": people.get(text.by_id, "") if text.by_id else "", "words": _listed(text)} for text in texts
    ]
    context: dict[str, Any] = {"form": form, "purpose": found, "name": _name(texts[0]), "versions": versions}
    context["number"] = _shown(_counted(found))
    return settings_response(request, "console/settings/consent_purpose.html", context, status=status)


def _listed(text: PurposeText) -> list[dict[str, str]]:
    """The words in each language, in the order of languages."""
    names = dict(settings.LANGUAGES)
    return [
        {"code": code, "language": names[code], "dir": "rtl" if code in settings.LANGUAGES_BIDI else "ltr"}
        | text.words[code]
        for code in names
        if code in text.words
    ]


def _purpose(purpose_id: UUID) -> tuple[Purpose, list[PurposeText]]:
    try:
        found = get_purpose(purpose_id)
    except Purpose.DoesNotExist as error:
        raise Http404("no such purpose") from error
    return found, texts_of(found)


def _counted(found: Purpose) -> int:
    return counted_to(found, _MOST_COUNTED + 1)


def _shown(number: int) -> str:
    """Many are not counted to the end."""
    shown = number_format(min(number, _MOST_COUNTED), force_grouping=True)
    return f"{shown}+" if number > _MOST_COUNTED else shown


def _name(text: PurposeText) -> str:
    return name_of(text, get_language() or "en")
