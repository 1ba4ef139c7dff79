"""Incidents: the register, one with its steps, the accounts it concerns, and telling them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.lib.clock import now
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response, typed
from steward.operator.queries import addresses_of
from steward.operator.views.incident_forms import AccountsForm
from steward.privacy.incidents.clocks import TELLING
from steward.privacy.incidents.forms import LONGEST, FactsForm, OpeningForm, begun_from
from steward.privacy.incidents.letters import paragraphs
from steward.privacy.incidents.models import Incident, State
from steward.privacy.incidents.queries import Part, alarms, get_incident, history, incidents, parts_of
from steward.privacy.incidents.register import NotYet, add_note, affect, move_on, open_incident, order_notices, spare
from steward.privacy.incidents.register import write_facts as write
from steward.privacy.incidents.telling import composed
from steward.privacy.incidents.wordings import other_languages, wordings_in
from steward.privacy.incidents.words import (
    HINDRANCES,
    language_name,
    step_details,
    step_words,
    told_facts,
    unknown_words,
)

_READ_OR_SENT = require_http_methods(["GET", "HEAD", "POST"])

_FOLLOWING = {
    State.CONFIRMED: pgettext_lazy("incident", "Confirm it"),
    State.DISMISSED: pgettext_lazy("incident", "Dismiss it: it was none"),
    State.CONTAINED: pgettext_lazy("incident", "It is contained"),
    State.NOTIFIED: pgettext_lazy("incident", "Every account is told"),
    State.CLOSED: pgettext_lazy("incident", "Close it, and tell the accounts that it is over"),
}


@require_safe
@operator_required
def register(request: OperatorRequest) -> HttpResponse:
    """All incidents, open ones first."""
    noted(request, "incidents.read")
    loud = {alarm.incident.pk: alarm for alarm in alarms()}
    rows = [{"incident": one, "alarm": loud.get(one.pk)} for one in incidents()]
    return page_response(request, "incidents", "operator/incidents.html", {"rows": rows})


@_READ_OR_SENT
@operator_required
def new(request: OperatorRequest) -> HttpResponse:
    """Note a suspicion."""
    form = OpeningForm(request.POST if request.method == "POST" else None, initial={"detected_at": now()})
    if not (form.is_bound and form.is_valid()):
        status = 422 if form.is_bound else 200
        return page_response(request, "incidents", "operator/incident_new.html", {"form": form}, status=status)
    said = form.cleaned_data
    one = open_incident(
        said["title"], detected_at=said["detected_at"], aware_at=said["aware_at"], kinds=said["kinds"],
        operator_id=request.person.pk,
    )  # fmt: skip
    return _back(request, one, _("Noted. Say next what is known, and which accounts it concerns."))


@require_safe
@operator_required
def incident(request: OperatorRequest, incident_id: UUID) -> HttpResponse:
    """One with its clocks, accounts, steps, and what would be told now."""
    one = _incident(incident_id)
    noted(request, "incident.read", about=str(one.number))
    return _page(request, one)


@_READ_OR_SENT
@operator_required
def facts(request: OperatorRequest, incident_id: UUID) -> HttpResponse:
    """What is known of it, asked for one by one."""
    one = _incident(incident_id)
    form = FactsForm(request.POST if request.method == "POST" else None, initial=begun_from(one, FactsForm))
    if form.is_bound and form.is_valid():
        try:
            changed = write(one, form.cleaned_data, operator_id=request.person.pk)
            return _back(request, one, _("Written down.") if changed else _("Nothing was changed."))
        except NotYet as error:
            form.add_error("aware_at", _why(error.why))
    context = {"form": form, "incident": one}
    status = 422 if form.is_bound else 200
    return page_response(request, "incidents", "operator/incident_facts.html", context, status=status)


@require_POST
@operator_required
def state(request: OperatorRequest, incident_id: UUID) -> HttpResponse:
    """Take it to a state that follows."""
    one, to = _incident(incident_id), typed(request.POST, "to")
    if to not in one.following:
        return _page(request, one, errors=[_("This state does not follow any more: look at it again.")], status=409)
    try:
        move_on(one, to, operator_id=request.person.pk)
    except NotYet as error:
        return _page(request, one, errors=_why(error.why), status=409)
    return _back(request, one, _("The incident goes on: %(state)s.") % {"state": State(to).label})


@require_POST
@operator_required
def accounts(request: OperatorRequest, incident_id: UUID) -> HttpResponse:
    """Name affected accounts, or say anew how much of them is."""
    one, form = _incident(incident_id), AccountsForm(request.POST)
    if not form.is_valid():
        return _page(request, one, accounts_form=form, status=422)
    number = affect(one, form.account_ids, form.count, operator_id=request.person.pk)
    words = ngettext("%(count)d account is named.", "%(count)d accounts are named.", number)
    return _back(request, one, words % {"count": number})


@require_POST
@operator_required
def account_removal(request: OperatorRequest, incident_id: UUID, account_id: UUID) -> HttpResponse:
    """Take off one that was named by mistake."""
    one = _incident(incident_id)
    if not spare(one, account_id, operator_id=request.person.pk):
        return _page(request, one, errors=[_("It was told already, so it stays on the list.")], status=409)
    return _back(request, one, _("The account is taken off."))


@require_POST
@operator_required
def remark(request: OperatorRequest, incident_id: UUID) -> HttpResponse:
    """Add to its history."""
    one, words = _incident(incident_id), typed(request.POST, "words")[:LONGEST]
    if not words:
        return _page(request, one, errors=[_("Nothing was changed.")], status=422)
    add_note(one, words, operator_id=request.person.pk)
    return _back(request, one, _("Noted."))


@require_POST
@operator_required
def notices(request: OperatorRequest, incident_id: UUID) -> HttpResponse:
    """Tell the affected accounts, or those not told yet, what is known now; how many has to be typed."""
    one = _incident(incident_id)
    everybody, untold = _tellable(parts_of(one))
    chosen = untold if typed(request.POST, "whom") == "untold" else everybody
    if typed(request.POST, "number") != str(len(chosen)):
        error = _("Nothing was sent. Type how many accounts there are: %(count)s.") % {"count": len(chosen)}
        return _page(request, one, number_error=error, status=422)
    try:
        sent = order_notices(one, operator_id=request.person.pk, only=chosen)
    except NotYet as error:
        return _page(request, one, errors=_why(error.why), status=409)
    words = ngettext(
        "The notice to %(count)d account leaves now.", "The notices to %(count)d accounts leave now.", sent
    )
    return _back(request, one, words % {"count": sent})


def _incident(incident_id: UUID) -> Incident:
    try:
        return get_incident(incident_id)
    except Incident.DoesNotExist as error:
        raise Http404("no such incident") from error


def _page(
    request: OperatorRequest,
    one: Incident,
    *,
    errors: Iterable[str] = (),
    number_error: str = "",
    accounts_form: AccountsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    parts, steps = parts_of(one), history(one)
    everybody, untold = _tellable(parts)
    emails = addresses_of(step.operator_id for step in steps)
    first = next((part for part in parts if part.can_be_told), None)
    context: dict[str, Any] = {
        "incident": one,
        "parts": parts,
        "number": len(everybody),
        "untold": len(untold),
        "facts": told_facts(one),
        "open_facts": unknown_words(one.unknown),
        "languages": _languages(one),
        "steps": [
            {
                "step": step,
                "what": step_words(step.what),
                "words": step_details(step),
                "who": emails.get(step.operator_id),
            }
            for step in steps
        ],
        "following": [(each.value, _FOLLOWING[each]) for each in one.following],
        "due_at": one.aware_at + TELLING if one.aware_at else None,
        "preview": list(paragraphs(first.account, composed(first.row))) if first and first.account else [],
        "can_tell": one.state not in (State.SUSPECTED, State.DISMISSED),
        "accounts_form": accounts_form or AccountsForm(),
        "errors": list(errors),
        "number_error": number_error,
    }
    return page_response(request, "incidents", "operator/incident.html", context, status=status)


def _languages(one: Incident) -> list[dict[str, Any]]:
    """The other languages, and how much of what is known is said in them."""
    found = []
    for code in other_languages(one.language):
        rows = wordings_in(one, code)
        done = sum(bool(row.words) and not row.is_outdated for row in rows)
        found.append({"code": code, "name": language_name(code), "done": done, "all": len(rows)})
    return found


def _tellable(parts: Iterable[Part]) -> tuple[list[UUID], list[UUID]]:
    """The accounts that can be told, and of them those that were not yet."""
    found = [part.row for part in parts if part.can_be_told]
    return [row.account_id for row in found], [row.account_id for row in found if not row.asked_phase]


def _why(keys: Iterable[str]) -> list[str]:
    return [str(HINDRANCES[key]) for key in keys]


def _back(request: OperatorRequest, one: Incident, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("operator:incident", args=[one.pk]))
