"""Legal holds: those in force and those that are over; placing and lifting them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.lists import ticket_url
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.hold_forms import HoldForm, LiftingForm
from steward.console.settings.privacy.request_forms import LiftingForm as RestrictionLiftingForm
from steward.contacts.ending_holds import end_hold, restricted_by
from steward.contacts.queries import first_addresses
from steward.lib.ids import read_id
from steward.people.queries import members_with, names_of_departments
from steward.privacy.holds.access import get_hold, holds_in_force, holds_past
from steward.privacy.holds.actions import HoldRefused, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.words import BASES, ON, REASONS, period_words
from steward.tickets.access import codes_of
from steward.tickets.holding import tickets_kept

On = LegalHold.On
_MOST_PAST = 100
_COUNTED = 10_000


@require_safe
@settings_page("holds")
def holds(request: ConsoleRequest) -> HttpResponse:
    """What is held now, and what was."""
    inforce, past = holds_in_force(), holds_past(most=_MOST_PAST)
    shown = _shown([*inforce, *past])
    for each in shown[: len(inforce)]:
        each["tickets"] = _counted(each["hold"])
    context = {"inforce": shown[: len(inforce)], "past": shown[len(inforce) :]}
    return settings_response(request, "console/settings/holds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("holds")
def new_hold(request: ConsoleRequest) -> HttpResponse:
    """Place a hold; `ticket` or `email` in the address say on what."""
    asked = {name: request.GET[name] for name in ("ticket", "email") if name in request.GET}
    on = On.TICKET if "ticket" in asked or "email" not in asked else On.CONTACT
    initial = asked | {"on": on, "approved_by": str(request.me.id)}
    form = HoldForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        actor=request.actor,
        zone=request.account.time_zone,
        account_id=request.account.id,
    )
    if form.is_bound and form.is_valid():
        try:
            return _placed(request, form)
        except HoldRefused:
            form.add_error("until", _("Choose a day to come, or leave it empty."))
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/hold_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("holds")
def lifting(request: ConsoleRequest, hold_id: UUID) -> HttpResponse:
    """Lift a hold, and say why. With that of a restriction ends the restriction, which the person is told before."""
    try:
        hold = get_hold(hold_id)
    except LegalHold.DoesNotExist as error:
        raise Http404("no such hold") from error
    form_of: type[Form] = RestrictionLiftingForm if restricted_by(hold) else LiftingForm
    form = form_of(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        end_hold(hold, actor=request.actor, because=form.cleaned_data.get("because", LegalHold.Lifted.ASKED))
        messages.success(request, _("The hold is lifted. From now on it keeps nothing."))
        return HttpResponseRedirect(reverse("console:settings-holds"), status=303)
    context = {"form": form, "held": _shown([hold])[0]}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/hold_lifting.html", context, status=status)


def _placed(request: ConsoleRequest, form: HoldForm) -> HttpResponse:
    asked = form.cleaned_data
    on, basis = On(asked["on"]), LegalHold.Basis(asked["basis"])
    approved_by = read_id(asked["approved_by"])
    with transaction.atomic():
        for object_id in form.objects:
            place_hold(
                on, object_id, basis=basis, until=asked["until"], approved_by=approved_by, period=form.period,
                actor=request.actor,
            )  # fmt: skip
    words = ngettext("The hold is placed.", "%(count)s holds are placed.", len(form.objects))
    messages.success(request, words % {"count": len(form.objects)})
    return HttpResponseRedirect(reverse("console:settings-holds"), status=303)


def _shown(found: Iterable[LegalHold]) -> list[dict[str, Any]]:
    """Each hold with the words around it; names are looked up now, for holds have only ids."""
    listed = list(found)
    codes = codes_of(hold.object_id for hold in listed if hold.on == On.TICKET)
    addresses = first_addresses({hold.object_id for hold in listed if hold.on == On.CONTACT})
    departments = names_of_departments({hold.object_id for hold in listed if hold.on == On.DEPARTMENT})
    named = addresses | departments | {hold.object_id: period_words(hold) for hold in listed if hold.on == On.PERIOD}
    people = {key for hold in listed for key in (hold.placed_by_id, hold.approved_by_id, hold.lifted_by_id) if key}
    names = {each.pk: each.name for each in members_with(people)}
    return [_told(hold, codes, named, names) for hold in listed]


def _counted(hold: LegalHold) -> str:
    """How many tickets stay for it; many are not counted to the end."""
    number = tickets_kept(hold).order_by()[: _COUNTED + 1].count()
    shown = number_format(min(number, _COUNTED), force_grouping=True)
    return f"{shown}+" if number > _COUNTED else shown


def _told(hold: LegalHold, codes: dict[UUID, str], named: dict[UUID, str], names: dict[UUID, str]) -> dict[str, Any]:
    code = codes.get(hold.object_id, "")
    return {
        "hold": hold,
        "on": ON[hold.on],
        "what": code or named.get(hold.object_id, ""),
        "url": ticket_url(code) if code else "",
        "basis": BASES[hold.basis],
        "placed_by": _name(hold.placed_by_id, names),
        "approved_by": _name(hold.approved_by_id, names),
        "lifted_by": _name(hold.lifted_by_id, names),
        "because": REASONS.get(hold.lifted_because, ""),
    }


def _name(key: UUID | None, names: dict[UUID, str]) -> str:
    return names.get(key, _("a former agent")) if key else ""
