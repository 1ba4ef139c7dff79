"""A mail that tells an agent of a ticket whose person's data are only kept by now does not leave any more."""

from steward.notifications.models import Notice
from steward.outbox.models import OutgoingMail
from steward.outbox.restriction import knows_restricted
from steward.tickets.restriction import restricted_tickets


@knows_restricted
def _tells_of_them(mail: OutgoingMail) -> bool:
    told = Notice.objects.filter(mailed_in=mail.pk).values_list("ticket", flat=True)
    return bool(restricted_tickets(set(told)))
