"""What the people of a sample account have read by the time a visitor comes."""

from datetime import datetime
from uuid import UUID

from steward.jobs import enqueue
from steward.lib.clock import now
from steward.notifications.models import Notice
from steward.notifications.tasks import mail
from steward.notifications.telling import tell_of_new_events
from steward.people.models import Membership
from steward.tickets.statuses import WAITING

UNREAD = 4  # at most: they looked in this morning, and some things have come since


def catch_up() -> None:
    """Tell everybody what happened, and let them have read it but for the newest of what still waits.

    The events must be committed: only then they have a position.
    """
    while tell_of_new_events(plan=_mail_later):
        pass
    for member in Membership.objects.all():
        unread = Notice.objects.filter(membership=member, read_at__isnull=True)
        waiting = unread.filter(ticket__status__in=WAITING, is_listed=True).order_by("-id")
        kept = list(waiting.values_list("pk", flat=True)[:UNREAD])
        unread.exclude(pk__in=kept).update(read_at=now(), mail_due_at=None)


def _mail_later(recipient_id: UUID, at: datetime) -> None:
    enqueue(mail, at=at, recipient=recipient_id)
