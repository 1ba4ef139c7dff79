"""Mails as they came, mails that quote them, and who was answered automatically: how they go."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from steward.channels.email.correspondents import hashed
from steward.channels.email.models import AutomaticAnswer, MailboxCopies, RawMail
from steward.channels.email.tasks import send
from steward.contacts.actions import fold_email
from steward.jobs import enqueue_many
from steward.outbox.models import OutgoingMail, State
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, once, register
from steward.tickets.erasing import erased_messages, naming, unnamed_messages
from steward.tickets.models import Message


@once
def _became_messages(extent: Extent) -> list[UUID]:
    """Also those of others that name somebody: what was read from them stays, the mail as it came does not."""
    messages = [*erased_messages(extent), *unnamed_messages(extent), *naming(extent)]
    return list(RawMail.objects.filter(message__in=messages).order_by("pk").values_list("pk", flat=True))


def raw_mails_of(extent: Extent) -> "QuerySet[RawMail] | None":
    """With the mails that came twice, by two ways: of these only the first became a message."""
    mails = _became_messages(extent)
    if not mails and not extent.addresses:
        return None
    digests = list(RawMail.objects.filter(pk__in=mails).values_list("body_digest", flat=True))
    twice = Q(state=RawMail.State.KNOWN, body_digest__in=digests)
    sent = Q(sender__in=extent.addresses)
    return RawMail.objects.annotate(sender=Lower("envelope_from")).filter(Q(pk__in=mails) | twice | sent)


class Quoting:
    """Mails to others in whose tickets somebody wrote: what they answer is quoted below, and names are in their head.

    Of what has left the message stays and the mail goes; what has not left is made anew from what stays.
    """

    name, rank = "email.quoting", Rank.COPIES
    models = frozenset({OutgoingMail._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.contacts and not extent.addresses:
            return []
        theirs = Message.objects.filter(contact__in=extent.contacts)
        if not extent.keeps_tickets:
            theirs = theirs.exclude(ticket__requester__in=extent.contacts)
        beside = Q(ticket__in=set(theirs.values_list("ticket", flat=True))) | Q(pk__in=naming(extent))
        answers = Message.objects.filter(beside, outgoing__isnull=False).order_by("outgoing")
        return list(answers.values_list("outgoing", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        unsent = Message.objects.filter(
            outgoing__in=list(keys), outgoing__state__in=[State.WAITING, State.DEFERRED, State.HELD]
        )
        again = [message for message in unsent if _goes_to_others(message, extent)]
        mails = [message.outgoing_id for message in again if message.outgoing_id]
        Message.objects.filter(pk__in=[message.pk for message in again]).update(outgoing=None)
        gone = OutgoingMail.objects.filter(pk__in=mails).delete()[0]
        enqueue_many(send, [{"message": message.pk} for message in again])
        return gone + OutgoingMail.objects.filter(pk__in=list(keys)).update(content=b"")

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the mails are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return OutgoingMail.objects.filter(pk__in=list(keys)).exclude(content=b"").count()


def _goes_to_others(message: Message, extent: Extent) -> bool:
    people = [person for role in ("to", "cc") for person in message.recipients.get(role, [])]
    return any(fold_email(person["email"]) not in extent.addresses for person in people)


register(
    Rows("email.raw", RawMail, Rank.COPIES, raw_mails_of),
    Quoting(),
    Rows(
        "email.mailboxes", MailboxCopies, Rank.RECORDS,
        lambda e: MailboxCopies.objects.exclude(erasure_id__in=Erasure.objects.values("pk")),
    ),
    Rows(
        "email.automatic_answers", AutomaticAnswer, Rank.PARTS,
        lambda e: (
            AutomaticAnswer.objects.filter(correspondent__in=list(map(hashed, e.addresses))) if e.addresses else None
        ),
    ),
)  # fmt: skip
