"""What may concern somebody is gone through by a job, once it is committed."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue
from steward.notifications.models import Notice
from steward.notifications.occasions import FAILURES, is_failure
from steward.notifications.tasks import tell
from steward.notifications.telling import TICKETS
from steward.outbox.forgetting import forget_contents
from steward.outbox.models import OutgoingMail, State


@subscribe(*TICKETS)
def tell_later(_events: Sequence[Event]) -> None:
    """One job for a batch. It goes through everything that was committed by then, so many jobs mostly find nothing."""
    enqueue(tell)


@subscribe(*FAILURES)
def tell_of_failures_later(events: Sequence[Event]) -> None:
    """The same for mail, which mostly arrives."""
    if any(map(is_failure, events)):
        enqueue(tell)


@subscribe("message.redacted")
def forget_mails_about_it(events: Sequence[Event]) -> None:
    """Mails to agents may say the words that became unreadable: what left is forgotten, what did not never leaves."""
    notices = Notice.objects.filter(ticket__in=[event.object_id for event in events], mailed_in__isnull=False)
    mails = OutgoingMail.objects.filter(pk__in=list(notices.values_list("mailed_in", flat=True)))
    forget_contents(mails.values_list("pk", flat=True))
    mails.exclude(state=State.SENT).delete()
