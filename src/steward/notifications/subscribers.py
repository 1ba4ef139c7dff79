"""What may concern somebody is gone through by a job, once it is committed."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue
from steward.notifications.occasions import FAILURES, is_failure
from steward.notifications.tasks import tell
from steward.notifications.telling import TICKETS


@subscribe(*TICKETS)
def tell_later(_events: Sequence[Event]) -> None:
    """One job for a batch. It goes through everything that was committed by then, so many jobs mostly find nothing."""
    enqueue(tell)


@subscribe(*FAILURES)
def tell_of_failures_later(events: Sequence[Event]) -> None:
    """The same for mail, which mostly arrives."""
    if any(map(is_failure, events)):
        enqueue(tell)
