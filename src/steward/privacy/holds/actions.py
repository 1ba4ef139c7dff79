"""Placing and lifting holds, and stopping before them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.periods import Period
from steward.privacy.holds.reaching import holds_on
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import current_account_id

# What is being erased goes to the end of its transaction before a hold is placed, and never begins after one.
_TO_PLACE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_TO_ERASE = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"


class HoldRefused(ValueError):
    """A hold that would end before it begins, or on a period that does."""


class Held(ValueError):
    """Nothing of this may be erased now; `holds` say why and until when."""

    def __init__(self, holds: Sequence[LegalHold]) -> None:
        super().__init__(", ".join(map(str, holds)))
        self.holds = list(holds)


def place_hold(
    on: LegalHold.On, object_id: UUID, *, basis: LegalHold.Basis, actor: Actor, until: datetime | None = None,
    approved_by: UUID | None = None, period: Period | None = None,
) -> LegalHold:  # fmt: skip
    """Keep something from being erased, until a moment or until it is lifted. Raises `HoldRefused`.

    `approved_by` is the member who answers for it, when that is not the actor. On a period, which is given with it, the
    `object_id` is a new one.

    Waits for what is being erased just now: when this is committed, nothing more of it goes.
    """
    at = now()
    if until is not None and until <= at:
        raise HoldRefused("the hold would be over already")
    if (period is not None) != (on == LegalHold.On.PERIOD) or (period and not period.is_some_time):
        raise HoldRefused("a period begins before it ends")
    with transaction.atomic():
        let_erasures_end()
        by: dict[str, Any] = {"placed_by_kind": actor.kind.value, "placed_by_id": actor.id, "placed_at": at}
        by["approved_by_id"] = approved_by
        by |= {"begins_at": period.begins_at, "ends_at": period.ends_at} if period else {}
        hold = LegalHold.objects.create(on=on, object_id=object_id, basis=basis, until=until, **by)
        told = {"on": hold.on, "object": object_id, "basis": hold.basis, "until": until and until.isoformat()}
        if period:
            told |= {"from": _said(period.begins_at), "to": _said(period.ends_at)}
        record("hold.placed", hold, actor=actor, changes=told)
    return hold


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def lift_hold(hold: LegalHold, *, actor: Actor, because: str = LegalHold.Lifted.OVER) -> None:
    """Let what was held go as everything does; `because` is one of `LegalHold.Lifted`.

    Lifting a lifted hold changes nothing.
    """
    with transaction.atomic():
        lifted = {"lifted_by_kind": actor.kind.value, "lifted_by_id": actor.id, "lifted_at": now()}
        if LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(**lifted, lifted_because=because):
            told = {"on": hold.on, "object": hold.object_id, "reason": str(because)}
            record("hold.lifted", hold, actor=actor, changes=told)
    hold.refresh_from_db()


def refuse_held(extent: Extent) -> None:
    """Raise `Held` when a hold keeps some of an extent; else none is placed before this transaction ends."""
    let_holds_wait()
    if holds := holds_on(extent):
        raise Held(holds)


def let_erasures_end() -> None:
    """Wait for what is being erased just now; none begins before this transaction ends.

    Whoever changes a row before placing a hold calls it first: an erasure may wait for that row, and we for the
    erasure.
    """
    _lock(_TO_PLACE)


def let_holds_wait() -> None:
    """From here to the end of the transaction no hold is placed: what is held now is all there is."""
    _lock(_TO_ERASE)


def _lock(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"holds:{current_account_id()}"])
