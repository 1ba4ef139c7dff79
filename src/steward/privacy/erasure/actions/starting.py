"""Ordering what was planned."""

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import refuse_held


class NotPlanned(ValueError):
    """The erasure was ordered before."""


def start_erasure(erasure: Erasure, *, actor: Actor) -> None:
    """Have it carried out at once, in the background. Nothing brings it back. Raises `NotPlanned`, and `Held`."""
    from steward.privacy.erasure.tasks import run  # noqa: PLC0415  tasks call this package

    with transaction.atomic():
        planned = Erasure.objects.filter(pk=erasure.pk, state=Erasure.State.PLANNED)
        if not planned.update(state=Erasure.State.RUNNING, started_at=now()):
            raise NotPlanned("this erasure was ordered before")
        refuse_held(read(erasure.extent or {}))
        record("erasure.started", erasure, actor=actor)
        enqueue(run, erasure=str(erasure.id))
    erasure.refresh_from_db()
