"""What is due by a rule: old enough, decided by no other rule, and held back by nothing."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from steward.channels.email.models import RawMail
from steward.events.models import Event
from steward.lib.clock import now
from steward.outbox.models import State
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import ENDED, S, Type
from steward.privacy.retention.alone import alone
from steward.privacy.retention.models import IN_TICKETS, Kind, RetentionRule, Since
from steward.tickets.holding import free_of_holds
from steward.tickets.models import Attachment, Ticket

_OF_TICKET = {Since.CREATION: "created_at", Since.ACTIVITY: "changed_at", Since.RESOLUTION: "resolved_at"}
_OF_ITSELF = {Since.ALONE: "alone_since", Since.CLOSING: "closed_at"}
# The path from a row to its ticket, and to the moment it came.
_TICKET = {Kind.TICKETS: "", Kind.FILES: "message__ticket", Kind.RAW_MAIL: "message__ticket"}
_ARRIVAL: Mapping[str, str] = {Kind.FILES: "message__at", Kind.RAW_MAIL: "received_at"}


def deciding_rules() -> list[RetentionRule]:
    """The rules that are on, also those that keep for ever: where one of them fits, lesser ones do not count."""
    return list(RetentionRule.objects.filter(is_on=True).order_by("id"))


def due(rule: RetentionRule, beside: Iterable[RetentionRule]) -> "QuerySet[Any]":
    """What goes by a rule now: rows of its kind, in no order. `beside` are the rules that are on."""
    return free_of_holds(due_or_held(rule, beside), **_HELD_BY[Kind(rule.kind)])


def due_or_held(rule: RetentionRule, beside: Iterable[RetentionRule]) -> "QuerySet[Any]":
    """The same with what is only kept because it is held back."""
    rows: QuerySet[Any] = _ROWS[Kind(rule.kind)]()
    if rule.days is None:
        return rows.none()
    before = now() - timedelta(days=rule.days)
    rows = rows.filter(**{f"{_moment(rule)}__lte": before})
    if rule.kind == Kind.CONTACTS:  # somebody may have corrected their address yesterday
        return rows.exclude(Exists(Event.objects.filter(object_id=OuterRef("pk"), at__gt=before)))
    if rule.kind not in IN_TICKETS:
        return rows
    rows = rows.filter(_where(rule))
    others = (each for each in beside if each.kind == rule.kind and each.pk != rule.pk and each.weight > rule.weight)
    for other in others:
        rows = rows.exclude(_where(other))
    return rows


def gives_way(rule: RetentionRule, beside: Iterable[RetentionRule]) -> list[RetentionRule]:
    """The rules by which what this one keeps may go when it is off: of its kind, on, and less exact."""
    others = [each for each in beside if each.kind == rule.kind and each.pk != rule.pk and each.days is not None]
    return [each for each in others if each.weight < rule.weight] if rule.is_on else []


def _where(rule: RetentionRule) -> Q:
    chosen = {"department": rule.department_id, "channel": rule.channel, "status": rule.status}
    path = _TICKET[Kind(rule.kind)]
    return Q(**{f"{path}__{name}" if path else name: value for name, value in chosen.items() if value})


def _moment(rule: RetentionRule) -> str:
    if rule.kind not in IN_TICKETS:
        return _OF_ITSELF[Since(rule.since)]
    if rule.since == Since.ARRIVAL:
        return _ARRIVAL[rule.kind]
    path, name = _TICKET[Kind(rule.kind)], _OF_TICKET[Since(rule.since)]
    return f"{path}__{name}" if path else name


def _files() -> "QuerySet[Attachment]":
    """Not those of answers that have not left: their mails may still have to be made."""
    left = Q(message__outgoing__state=State.SENT) | ~Q(message__kind="outgoing")
    return Attachment.objects.filter(left)


def _raw_mails() -> "QuerySet[RawMail]":
    """Those that were understood, and still hold what came."""
    return RawMail.objects.exclude(state=RawMail.State.WAITING).filter(size__gt=0)


def _requests() -> "QuerySet[PrivacyRequest]":
    """Not those whose erasure is done: they have forgotten who asked, and say only that it was done."""
    return PrivacyRequest.objects.filter(state__in=ENDED).exclude(type=Type.ERASE, state=S.CLOSED)


_ROWS: Mapping[Kind, Any] = {
    Kind.TICKETS: Ticket.objects.all,
    Kind.FILES: _files,
    Kind.RAW_MAIL: _raw_mails,
    Kind.CONTACTS: alone,
    Kind.REQUESTS: _requests,
}
# What a legal hold on something else keeps of them.
_HELD_BY: Mapping[Kind, Any] = {
    **{kind: {"ticket": path} for kind, path in _TICKET.items()},
    Kind.CONTACTS: {"ticket": None, "contact": "pk"},
    Kind.REQUESTS: {"ticket": "ticket", "contact": "subject"},
}
