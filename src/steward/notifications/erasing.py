"""What agents were told about tickets: it goes with them, and with it the mails that quoted them."""

from django.db.models import Q, QuerySet

from steward.notifications.models import Notice
from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.stores import Extent, Rank, Rows, register
from steward.tickets.erasing import erased_messages


def _notices(extent: Extent) -> QuerySet[Notice]:
    return Notice.objects.filter(Q(ticket__in=extent.tickets) | Q(message__in=erased_messages(extent)))


register(
    Rows("notifications.notices", Notice, Rank.COPIES, _notices),
    Rows(
        "notifications.mails", OutgoingMail, Rank.MAILS,
        lambda extent: OutgoingMail.objects.filter(pk__in=_notices(extent).values("mailed_in")),
    ),
)  # fmt: skip
