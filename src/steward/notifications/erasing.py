"""What agents were told about tickets: it goes with them, and with it the mails that quoted them."""

from uuid import UUID

from django.db.models import Q

from steward.channels.email.models import RawMail
from steward.notifications.models import Notice
from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.stores import Extent, Rank, Rows, once, register
from steward.tickets.erasing import erased_messages, unnamed_messages


@once
def _notices(extent: Extent) -> list[UUID]:
    about = Q(ticket__in=extent.tickets) | Q(message__in=erased_messages(extent))
    return list(Notice.objects.filter(about).order_by("pk").values_list("pk", flat=True))


@once
def _mails(extent: Extent) -> list[UUID]:
    """Mails that tell of these notices, or name whose ticket it is, or who wrote what stays."""
    telling = Q(pk__in=_notices(extent)) | Q(message__in=unnamed_messages(extent))
    if extent.keeps_tickets:
        telling |= Q(ticket__requester__in=extent.contacts)
    return list(Notice.objects.filter(telling, mailed_in__isnull=False).values_list("mailed_in", flat=True).distinct())


register(
    Rows("notifications.reports", RawMail, Rank.COPIES, lambda e: RawMail.objects.filter(returned__in=_mails(e))),
    Rows("notifications.notices", Notice, Rank.COPIES, lambda e: Notice.objects.filter(pk__in=_notices(e))),
    Rows("notifications.mails", OutgoingMail, Rank.MAILS, lambda e: OutgoingMail.objects.filter(pk__in=_mails(e))),
)
