"""What is stopped is written down outside the database, too; by a job, for the ledger is where the worker is."""

from collections.abc import Sequence

from steward.backups.stops import ABOUT
from steward.backups.tasks import note
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue


@subscribe(*ABOUT)
def note_stops(events: Sequence[Event]) -> None:
    """What an account said of an engagement, that a server is not used any more, or what a person asked for."""
    for event in events:
        enqueue(note, event=str(event.pk))
