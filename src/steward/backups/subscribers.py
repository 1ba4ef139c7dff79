"""What is stopped is written down outside the database, too; by a job, for the ledger is where the worker is."""

from collections.abc import Collection, Sequence
from uuid import UUID

from steward.backups.stops import ABOUT
from steward.backups.tasks import note, note_withdrawal
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue, enqueue_for_installation
from steward.marketing.consents import on_withdrawal


@subscribe(*ABOUT)
def note_stops(events: Sequence[Event]) -> None:
    """What an account said of an engagement, that a server is not used any more, or what a person asked for."""
    for event in events:
        enqueue(note, event=str(event.pk))


@on_withdrawal
def note_withdrawals(consents: Collection[UUID]) -> None:
    """Somebody said that they may not be written to any more."""
    for consent in consents:
        enqueue_for_installation(note_withdrawal, consent=str(consent))
