"""What is stopped is written down outside the database, too; by a job, for the ledger is where the worker is."""

from collections.abc import Sequence

from steward.backups.stops import CONNECTOR, ENGAGEMENT, MAIL, RESTRICTION
from steward.backups.tasks import note
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue

# What each event is about. Also what lets it go on: else a restored database would stop it again.
_ABOUT = {
    "connector.retired": CONNECTOR,
    "contact.restricted": RESTRICTION,
    "contact.restriction_lifted": RESTRICTION,
    "contact.objected": MAIL,
    "contact.objection_withdrawn": MAIL,
}


@subscribe("subprocessor.objected", "subprocessor.refused", "subprocessor.authorised")
def note_answers(events: Sequence[Event]) -> None:
    """What an account said of an engagement of the list."""
    for event in events:
        enqueue(note, what=ENGAGEMENT, key=(event.changes or {})["engagement"])


@subscribe(*_ABOUT)
def note_stops(events: Sequence[Event]) -> None:
    """That a server is not used any more, or what a person asked for."""
    for event in events:
        enqueue(note, what=_ABOUT[event.kind], key=str(event.object_id))
