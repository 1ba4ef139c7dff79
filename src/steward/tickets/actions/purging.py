"""Purging: what lies in the bin, or is spam, goes for good. Counted first, then ordered, then erased by a job."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from steward.events.actions import Happening, record_many
from steward.lib.actor import Actor
from steward.privacy.erasure.actions import NotPlanned, plan_erasure, start_erasure
from steward.privacy.erasure.actions.planning import counted, read, written
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent
from steward.tickets.models import Ticket
from steward.tickets.statuses import HIDDEN, Status


class NothingToPurge(ValueError):
    """None of the tickets lies in the bin or is spam (any more)."""


def in_bin(status: Status | None = None) -> "QuerySet[Ticket, Any]":
    """The tickets that may be purged: those with one of the hidden statuses, or with both of them."""
    return Ticket.objects.filter(status__in=HIDDEN if status is None else {status} & set(HIDDEN))


def plan_purge(tickets: Iterable[UUID], *, actor: Actor, among: "QuerySet[Ticket, Any] | None" = None) -> Erasure:
    """Count what goes with tickets, as `planned` of the answer; nothing goes yet.

    Only those `among` the given ones count: in the bin or spam, unless others are named. Raises `NothingToPurge`, and
    `Held` when a legal hold keeps one of them.
    """
    chosen = (in_bin() if among is None else among).filter(pk__in=list(tickets))
    found = tuple(chosen.order_by("pk").values_list("pk", flat=True))
    if not found:
        raise NothingToPurge("none of the tickets can be purged")
    return plan_erasure(Extent(tickets=found), actor=actor)


def start_purge(erasure: Erasure, *, actor: Actor, among: "QuerySet[Ticket, Any] | None" = None) -> Erasure:
    """Order what was planned. What was restored meanwhile stays, and what a customer has written to since.

    From now on a mail to one of the tickets opens a new one. Raises `NothingToPurge`, `Held`, and `NotPlanned` for
    what was ordered before.
    """
    with transaction.atomic():
        planned = Erasure.objects.select_for_update(no_key=True).get(pk=erasure.pk)
        if planned.state != Erasure.State.PLANNED:
            raise NotPlanned("this purge was ordered before")
        tickets = _still(read(planned.extent or {}).tickets, in_bin() if among is None else among)
        _narrow(planned, tickets)
        start_erasure(planned, actor=actor)
        record_many([Happening("ticket.purged", Ticket(pk=ticket)) for ticket in tickets], actor=actor)
    return planned


def purge_tickets(tickets: Iterable[UUID], *, actor: Actor, among: "QuerySet[Ticket, Any] | None" = None) -> Erasure:
    """Plan and order at once, for who has counted already."""
    with transaction.atomic():
        return start_purge(plan_purge(tickets, actor=actor, among=among), actor=actor, among=among)


def _still(tickets: Iterable[UUID], among: "QuerySet[Ticket, Any]") -> tuple[UUID, ...]:
    """Those that are still among them, locked in the one order everywhere: what comes in waits, and then knows."""
    locked = Ticket.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(tickets)).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    return tuple(among.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def _narrow(erasure: Erasure, tickets: tuple[UUID, ...]) -> None:
    if not tickets:
        raise NothingToPurge("all of them were restored")
    if len(tickets) < len(read(erasure.extent or {}).tickets):
        extent = Extent(tickets=tickets)
        Erasure.objects.filter(pk=erasure.pk).update(extent=written(extent), planned=counted(extent))
        erasure.refresh_from_db()
