"""What would go, counted before anything does."""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import refuse_held
from steward.privacy.inventory.stores import Extent, Key, all_stores, looking, widened

STEP = 200  # tickets at a time: so long others may have to wait for rows of theirs


def plan_erasure(extent: Extent, *, actor: Actor) -> Erasure:
    """Write down what is to go, with how many of each store. Nothing is erased yet.

    Raises `Held` when a legal hold keeps some of it.
    """
    with transaction.atomic():
        extent = widened(extent)
        refuse_held(extent)
        erasure = noted(extent, actor=actor, planned=counted(extent), counted_percent=100)
        record("erasure.planned", erasure, actor=actor, changes={"planned": erasure.planned})
    return erasure


def noted(extent: Extent, *, actor: Actor, **known: Any) -> Erasure:
    """Write down what is to go, with what is known of the plan."""
    return Erasure.objects.create(
        extent=written(extent),
        of=kind_of(extent),
        asked_by_kind=actor.kind.value,
        asked_by_id=actor.id,
        planned_at=now(),
        **known,
    )


def counted(extent: Extent, *, without: Collection[str] = ()) -> dict[str, int]:
    """How much of an extent each store holds, as {name: number}; those `without` are not asked.

    What several stores or steps find counts once, for the one whose turn it is first: the others find it gone.
    """
    counts: Counter[str] = Counter()
    deque(counting(extent, counts, without=without), maxlen=0)
    return dict(counts)


def counting(extent: Extent, counts: "Counter[str]", *, without: Collection[str] = ()) -> Iterator[None]:
    """The same, step by step: fills `counts`, and yields after each. In a scope, which may be another each time."""
    stores = [store for store in all_stores() if store.name not in without]
    counts.update({store.name: 0 for store in stores})
    seen: set[tuple[frozenset[str], Key]] = set()
    for step in steps(extent):
        with looking():
            for store in stores:
                new = {(store.models, key) for key in store.find(step)} - seen
                counts[store.name] += len(new)
                seen |= new
        yield


def number_of_steps(extent: Extent) -> int:
    """How many `steps` gives."""
    return -(-len(extent.tickets) // STEP) + extent.is_about_somebody


def steps(extent: Extent) -> Iterator[Extent]:
    """The extent in parts that are erased in a transaction each: tickets, and the people in the last one."""
    for start in range(0, len(extent.tickets), STEP):
        yield Extent(tickets=extent.tickets[start : start + STEP], in_mailboxes=extent.in_mailboxes)
    if extent.is_about_somebody:
        yield replace(extent, tickets=())


def written(extent: Extent) -> dict[str, Any]:
    """The extent as JSON values."""
    return {
        "tickets": list(map(str, extent.tickets)),
        "contacts": list(map(str, extent.contacts)),
        "addresses": list(extent.addresses),
        "keeps_tickets": extent.keeps_tickets,
        "members": list(map(str, extent.members)),
        "in_mailboxes": extent.in_mailboxes,
    }


def read(stored: Mapping[str, Any]) -> Extent:
    """The extent that `written` gave."""
    return Extent(
        tickets=tuple(map(UUID, stored.get("tickets", []))),
        contacts=tuple(map(UUID, stored.get("contacts", []))),
        addresses=tuple(stored.get("addresses", [])),
        keeps_tickets=bool(stored.get("keeps_tickets")),
        members=tuple(map(UUID, stored.get("members", []))),
        in_mailboxes=bool(stored.get("in_mailboxes")),
    )


def kind_of(extent: Extent) -> Erasure.Of:
    """What sort of thing goes."""
    if extent.members:
        return Erasure.Of.AGENT
    if not extent.is_about_somebody:
        return Erasure.Of.TICKETS
    return Erasure.Of.NAMELESS if extent.keeps_tickets else Erasure.Of.PERSON
