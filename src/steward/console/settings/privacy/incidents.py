"""Incidents: what the account was told of, what authorities demanded, and the register it keeps itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.lib.clock import now
from steward.notifications.account_models import INCIDENTS
from steward.notifications.of_account import read_of_account, unread_on
from steward.people.queries import members_with
from steward.privacy.egress.pdf_child import NotSet
from steward.privacy.incidents import own
from steward.privacy.incidents.account_models import Notice, OwnIncident
from steward.privacy.incidents.clocks import authority_due, left_until
from steward.privacy.incidents.facts import Risk
from steward.privacy.incidents.forms import OwnForm, begun_from
from steward.privacy.incidents.letters import disclosure_rows
from steward.privacy.incidents.models import Letter
from steward.privacy.incidents.printing import summary_pdf
from steward.privacy.incidents.words import foreign_words, told_in, unknown_words

_READ_OR_SENT = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@settings_page("incidents")
def incidents(request: ConsoleRequest) -> HttpResponse:
    """What was told, demanded and noted."""
    taken = {one.incident_id: one for one in own.own_incidents() if one.incident_id}
    context = {
        "told": [
            {
                "notice": one,
                "title": one.said("title", _reads()),
                "clock": _clock(one.first_at),
                "taken": taken.get(one.incident_id),
            }
            for one in _latest(own.notices())
        ],
        "disclosures": [{"notice": one, "rows": disclosure_rows(one)} for one in own.disclosure_notices()],
        "own": [{"incident": one, "clock": _own_clock(one)} for one in own.own_incidents()],
        "officer": own.dpo_contact(),
        "unread": unread_on(request.me, INCIDENTS),
    }
    return settings_response(request, "console/settings/incidents.html", context)


@require_POST
@settings_page("incidents")
def incidents_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read what one was told; the line at the top of every page goes."""
    read_of_account(request.me, page=INCIDENTS)
    return HttpResponseRedirect(reverse("console:settings-incidents"))


@require_safe
@settings_page("incidents")
def told(request: ConsoleRequest, told_id: UUID) -> HttpResponse:
    """Everything the account was told of one incident, the newest first, and whom the mails reached."""
    found = _notices(told_id)
    letters: dict[UUID, list[dict[str, Any]]] = {}
    sent = own.letters_of([one.pk for one in found])
    people = {each.pk: each for each in members_with({one.membership_id for one in sent if one.membership_id})}
    for letter in sent:
        to = people.get(letter.membership_id) if letter.membership_id else None
        letters.setdefault(letter.notice_id, []).append({"letter": letter, "who": _who(letter, to)})
    context = {
        "latest": found[0],
        "title": found[0].said("title", _reads()),
        "clock": _clock(found[0].first_at),
        "taken": next((one for one in own.own_incidents() if one.incident_id == told_id), None),
        "notices": [
            {
                "notice": one,
                "rows": told_in(one, _reads()),
                "foreign": foreign_words(one, _reads()),
                "letters": letters.get(one.pk, []),
            }
            for one in found
        ],
        "open_facts": unknown_words(found[0].unknown),
    }
    return settings_response(request, "console/settings/incident_told.html", context)


@require_POST
@settings_page("incidents")
def taking_on(request: ConsoleRequest, told_id: UUID) -> HttpResponse:
    """Take it into the account's own register."""
    one = own.take_on(_notices(told_id)[0], language=_reads(), actor=request.actor)
    messages.success(request, _("It stands in your register now. Add what you know yourselves, and decide."))
    return HttpResponseRedirect(reverse("console:settings-incident", args=[one.pk]), status=303)


@_READ_OR_SENT
@settings_page("incidents")
def new_incident(request: ConsoleRequest) -> HttpResponse:
    """Note one of the account's own."""
    begun = {"detected_at": now(), "aware_at": now()}
    form = OwnForm(request.POST if request.method == "POST" else None, initial=begun)
    if form.is_bound and form.is_valid():
        one = own.note_own(form.cleaned_data, actor=request.actor)
        messages.success(request, _("Noted."))
        return HttpResponseRedirect(reverse("console:settings-incident", args=[one.pk]), status=303)
    context = {"form": form}
    return settings_response(
        request, "console/settings/incident_new.html", context, status=422 if form.is_bound else 200
    )


@_READ_OR_SENT
@settings_page("incidents")
def incident(request: ConsoleRequest, own_id: UUID) -> HttpResponse:
    """One of the register: its clock, and what is known and decided."""
    one = _own(own_id)
    form = OwnForm(request.POST if request.method == "POST" else None, initial=begun_from(one, OwnForm))
    if form.is_bound and form.is_valid():
        changed = own.change_own(one, form.cleaned_data, actor=request.actor)
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return HttpResponseRedirect(reverse("console:settings-incident", args=[one.pk]), status=303)
    context = {
        "incident": one,
        "form": form,
        "clock": _own_clock(one),
        "open_facts": unknown_words(one.unknown),
        "has_to_tell_people": one.risk == Risk.HIGH and one.persons_told == OwnIncident.PersonsTold.UNDECIDED,
    }
    return settings_response(request, "console/settings/incident.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("incidents")
def closing(request: ConsoleRequest, own_id: UUID) -> HttpResponse:
    """Nothing is left to be done."""
    one = _own(own_id)
    own.close_own(one, actor=request.actor)
    messages.success(request, _("Closed. The record stays."))
    return HttpResponseRedirect(reverse("console:settings-incident", args=[one.pk]), status=303)


@require_safe
@settings_page("incidents")
def summary(request: ConsoleRequest, own_id: UUID) -> HttpResponse:
    """The record on paper."""
    one = _own(own_id)
    try:
        pdf = summary_pdf(request.account, one, at=now())
    except NotSet:
        messages.error(request, _("The PDF could not be made just now. Try again in a minute."))
        return HttpResponseRedirect(reverse("console:settings-incident", args=[one.pk]))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="incident-{one.detected_at:%Y-%m-%d}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _reads() -> str:
    """The language of the page."""
    return get_language() or settings.LANGUAGE_CODE


def _notices(told_id: UUID) -> list[Notice]:
    found = own.notices_of(told_id)
    if not found:
        raise Http404("the account was not told of it")
    return found


def _own(own_id: UUID) -> OwnIncident:
    try:
        return own.get_own(own_id)
    except OwnIncident.DoesNotExist as error:
        raise Http404("no such incident") from error


def _latest(notices: list[Notice]) -> list[Notice]:
    """The newest notice of each incident."""
    return list({one.incident_id: one for one in reversed(notices)}.values())[::-1]


def _own_clock(one: OwnIncident) -> dict[str, Any] | None:
    """None: no clock runs, because nothing is certain yet, or because the authority was told or need not be."""
    if one.aware_at is None or one.is_settled_with_authority or one.closed_at or one.risk == Risk.NONE:
        return None
    return _clock(one.aware_at)


def _clock(since: datetime) -> dict[str, Any]:
    """Until when a controller tells its authority, and how many whole hours and minutes are left; None: it is over."""
    due = authority_due(since)
    left = left_until(due, now())
    minutes = int(left.total_seconds() // 60) if left else 0
    return {"due_at": due, "is_over": left is None, "hours": minutes // 60, "minutes": minutes % 60}


def _who(letter: Letter, member: Any) -> str:
    if member is not None:
        return str(member.name)
    return _("a former agent") if letter.membership_id else _("the data protection officer")
