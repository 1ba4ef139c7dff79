"""Erasing what is little, and must be gone when the transaction ends: whoever is removed has no way in afterwards."""

from collections.abc import Mapping

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.erasure.actions.planning import plan_erasure, steps
from steward.privacy.erasure.actions.running import erase_step
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent


def erase_at_once(extent: Extent, *, actor: Actor, gone: Mapping[str, int] | None = None) -> Erasure:
    """Erase in the current transaction; a job writes it into the ledger at once, reads back, and certifies.

    Not here: a line of what is rolled back would be repeated after a restore, and keep everything from being served.
    `gone` is what the caller has erased already, by store. Raises `Held`.
    """
    from steward.privacy.erasure.tasks import run  # noqa: PLC0415  tasks call this package

    with transaction.atomic():
        erasure = plan_erasure(extent, actor=actor)
        erasure.state, erasure.started_at = Erasure.State.RUNNING, now()
        erasure.planned, erasure.erased = erasure.planned | dict(gone or {}), dict(gone or {})
        erasure.save(update_fields=["state", "started_at", "planned", "erased"])
        record("erasure.started", erasure, actor=actor)
        for step in steps(extent):
            erase_step(erasure.pk, step)
        enqueue(run, erasure=str(erasure.pk))
    erasure.refresh_from_db()
    return erasure
