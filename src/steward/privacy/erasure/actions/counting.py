"""Counting a plan in the background: of somebody with thousands of tickets it takes longer than a page may."""

from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import Actor, ActorKind
from steward.privacy.erasure.actions.planning import counting, noted, number_of_steps, read
from steward.privacy.erasure.erasing import leaving_out
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import refuse_held
from steward.privacy.inventory.stores import Extent, widened
from steward.tenancy.scope import upkeep_scope

State = Erasure.State
Look = Callable[[Erasure], Iterator[float]]

_looks: list[Look] = []


def look_also(look: Look) -> Look:
    """Register what else is looked for while a plan is counted, outside any scope; it yields its share done, 0 to 1."""
    _looks.append(look)
    return look


def ask_for_plan(extent: Extent, *, actor: Actor) -> Erasure:
    """Have it counted in the background what is to go. Raises `Held` when a legal hold keeps some of it."""
    from steward.privacy.erasure.tasks import count  # noqa: PLC0415  tasks call this module

    with transaction.atomic():
        extent = widened(extent)
        refuse_held(extent)
        erasure = noted(extent, actor=actor, state=State.COUNTING)
        enqueue(count, erasure=str(erasure.pk))
    return erasure


def count_erasure(account_id: UUID, erasure_id: UUID) -> None:
    """Count what is planned, and look for what else there is; needs no scope.

    A process that dies begins anew. What is counted, or was dropped meanwhile, stays as it is.
    """
    with upkeep_scope(account_id):
        erasure = Erasure.objects.filter(pk=erasure_id, state=State.COUNTING).first()
    if erasure is None:
        return
    counts: Counter[str] = Counter()
    parts = [_counting(erasure, counts), *(look(erasure) for look in _looks)]
    for number, part in enumerate(parts):
        for share in part:
            if not _tell(erasure, int(100 * (number + share) / len(parts))):
                return
    with upkeep_scope(account_id):
        _conclude(erasure_id, counts)


def _counting(erasure: Erasure, counts: Counter[str]) -> Iterator[float]:
    extent = read(erasure.extent or {})
    steps = counting(extent, counts)
    for done in range(1, number_of_steps(extent) + 1):
        with upkeep_scope(erasure.account_id), leaving_out(erasure.pk):
            next(steps, None)
        yield done / number_of_steps(extent)


def _tell(erasure: Erasure, percent: int) -> bool:
    """False when nobody wants it any more."""
    with upkeep_scope(erasure.account_id):
        return bool(Erasure.objects.filter(pk=erasure.pk, state=State.COUNTING).update(counted_percent=percent))


def _conclude(erasure_id: UUID, counts: Counter[str]) -> None:
    with transaction.atomic():
        erasure = Erasure.objects.select_for_update(no_key=True).filter(pk=erasure_id, state=State.COUNTING).first()
        if erasure is None:
            return
        erasure.state, erasure.planned, erasure.counted_percent = State.PLANNED, dict(counts), 100
        erasure.save(update_fields=["state", "planned", "counted_percent"])
        actor = Actor(ActorKind(erasure.asked_by_kind), erasure.asked_by_id)
        record("erasure.planned", erasure, actor=actor, changes={"planned": erasure.planned})
