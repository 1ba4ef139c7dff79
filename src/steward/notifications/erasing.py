"""What agents were told about tickets: it goes with them, and with it the mails that quoted them."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from steward.channels.email.models import RawMail
from steward.notifications.models import AccountNotice, Notice, Recipient
from steward.outbox.models import OutgoingMail, State
from steward.people.models import Membership
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, once, register
from steward.tickets.erasing import erased_messages, unnamed_messages
from steward.tickets.models import Message


@once
def _notices(extent: Extent) -> list[UUID]:
    about = Q(ticket__in=extent.tickets) | Q(message__in=erased_messages(extent)) | Q(membership__in=extent.members)
    return list(Notice.objects.filter(about).order_by("pk").values_list("pk", flat=True))


@once
def _mails(extent: Extent) -> list[UUID]:
    """Mails that tell of these notices, or name whose ticket it is, or who wrote what stays."""
    telling = Q(pk__in=_notices(extent)) | Q(message__in=unnamed_messages(extent))
    if extent.keeps_tickets:
        telling |= Q(ticket__requester__in=extent.contacts)
    return list(Notice.objects.filter(telling, mailed_in__isnull=False).values_list("mailed_in", flat=True).distinct())


class MailsToMembers:
    """Mails to a member alone that tell of no ticket: invitations to look at something, trials, warnings.

    Of what has left stays that it did: whether people were told may have to be shown.
    """

    name, rank = "notifications.to_members", Rank.MAILS
    models = frozenset({OutgoingMail._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.members:
            return []
        addresses = Membership.objects.filter(pk__in=extent.members).values_list("user__email", flat=True)
        alone = reduce(or_, (Q(envelope_to=[address]) for address in addresses), Q(pk=None))
        answers = Message.objects.filter(outgoing=OuterRef("pk"))
        mails = OutgoingMail.objects.filter(alone, ~Exists(answers), about=None).exclude(pk__in=_mails(extent))
        return list(mails.order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        mails = OutgoingMail.objects.filter(pk__in=list(keys))
        waiting = mails.exclude(state__in=[State.SENT, State.FAILED])
        number = waiting.count()
        waiting.delete()
        return number + mails.update(envelope_to=[], server_words="", content=b"")

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: it is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return OutgoingMail.objects.filter(pk__in=list(keys)).exclude(envelope_to=[]).count()


register(
    Rows("notifications.reports", RawMail, Rank.COPIES, lambda e: RawMail.objects.filter(returned__in=_mails(e))),
    Rows("notifications.notices", Notice, Rank.COPIES, lambda e: Notice.objects.filter(pk__in=_notices(e))),
    Rows("notifications.mails", OutgoingMail, Rank.MAILS, lambda e: OutgoingMail.objects.filter(pk__in=_mails(e))),
    MailsToMembers(),
    Rows(
        "notifications.of_account", AccountNotice, Rank.COPIES,
        lambda e: AccountNotice.objects.filter(membership__in=e.members) if e.members else None,
    ),
    Rows(
        "notifications.wishes", Recipient, Rank.PARTS,
        lambda e: Recipient.objects.filter(membership__in=e.members) if e.members else None,
    ),
)  # fmt: skip
