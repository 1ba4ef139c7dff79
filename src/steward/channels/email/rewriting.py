"""Mails that hold words of a ticket: as they came, as they were returned, and those that wait to leave."""

from collections.abc import Iterator, Set
from functools import partial
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.channels.email import spool
from steward.channels.email.models import RawMail
from steward.channels.email.raw import empty_raw_mails, raw_mails_of
from steward.lib.redacting_files import NotRewritten
from steward.lib.redacting_mail import is_signed, redacted_mail
from steward.outbox.models import OutgoingMail, State
from steward.privacy.keys.cipher import decrypt
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tickets.models import Message, Ticket
from steward.tickets.rewriting import Copy, Pattern, Where, copies_lie_in

# Whoever downloads such a mail sees that it is not as it came. Before all other fields, with our own trace.
_SAID = b"X-Steward-Redacted: words of this mail were made unreadable\r\n"
_MOST = 64 * 2**20  # bytes of mail that are taken apart while somebody waits


@copies_lie_in
def mails_as_they_came(ticket: Ticket, pattern: Pattern, holding: Set[UUID]) -> Iterator[Copy]:
    """Mails that became messages of the ticket, the same ones that came by another way, and reports about ours."""
    looked_at = 0
    for row in _of_ticket(ticket).iterator(chunk_size=10):
        where = Where.RAW_MAIL if row.message_id or row.returned_id is None else Where.RETURNED
        # Whose message holds the words, holds them too, whether or not it can be taken apart.
        is_known = where is Where.RETURNED or row.message_id is None or row.message_id in holding
        looked_at += row.size
        copy = _goes(row, where) if looked_at > _MOST else _rewritten(row, where, pattern)
        if copy is not None and (not copy.goes or is_known):
            yield copy


@copies_lie_in
def mails_that_wait(ticket: Ticket, pattern: Pattern, _holding: Set[UUID]) -> Iterator[Copy]:
    """Mails about the ticket that nobody wrote: with the words in them they do not leave."""
    for mail in OutgoingMail.objects.filter(about=ticket.pk).exclude(state=State.SENT).exclude(content=b""):
        try:
            content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
            holds = redacted_mail(content, pattern) is not None
        except (KeyMissing, Tampered):
            continue
        except NotRewritten:
            holds = True
        if holds:
            unsent = OutgoingMail.objects.filter(pk=mail.pk).exclude(state=State.SENT)
            yield Copy(Where.WAITING, unsent.delete, goes=True)


def _of_ticket(ticket: Ticket) -> "QuerySet[RawMail]":
    messages = list(Message.objects.filter(ticket=ticket).values_list("pk", flat=True))
    ours = Message.objects.filter(ticket=ticket, outgoing__isnull=False).values_list("outgoing", flat=True)
    about = OutgoingMail.objects.filter(about=ticket.pk).values_list("pk", flat=True)
    returned = Q(returned__in=[*ours, *about])
    found = RawMail.objects.filter(Q(pk__in=raw_mails_of(messages).values("pk")) | returned)
    return found.exclude(content=b"").exclude(state=RawMail.State.WAITING).order_by("received_at", "id")


def _rewritten(row: RawMail, where: Where, pattern: Pattern) -> Copy | None:
    try:
        raw = spool.read(row)
    except (KeyMissing, Tampered):
        return None  # nobody reads it any more
    try:
        new = redacted_mail(raw, pattern)
    except NotRewritten:
        return _goes(row, where)
    says_sender = pattern.search(row.envelope_from) is not None
    if new is None and not says_sender:
        return None
    content = raw if new is None else _SAID + new.removeprefix(_SAID)
    rewrite = partial(spool.rewrite, row, content, forgets_sender=says_sender)
    return Copy(where, rewrite, row.message_id, is_signed=new is not None and is_signed(raw))


def _goes(row: RawMail, where: Where) -> Copy:
    return Copy(where, partial(empty_raw_mails, RawMail.objects.filter(pk=row.pk)), row.message_id, goes=True)
