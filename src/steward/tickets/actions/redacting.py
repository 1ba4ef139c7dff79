"""Redacting: words of a message become unreadable, for good, wherever in the ticket they were copied to."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lib.redacting import pattern_of, redacted, widened
from steward.lib.sensitive import Spot, spots
from steward.outbox.forgetting import forget_contents
from steward.outbox.models import OutgoingMail
from steward.privacy.erasure.ledger import write_redaction
from steward.privacy.holds.actions import refuse_held
from steward.privacy.inventory.stores import Extent
from steward.tickets.actions.removing_files import remove_attachments
from steward.tickets.conversation import preview_of
from steward.tickets.indexing import forget_words
from steward.tickets.models import Attachment, Message, Ticket
from steward.tickets.rewriting import Copy, Pattern, Where, copies_of, unread_files
from steward.tickets.sensitive_messages import SENSITIVE, telling

REDACTIONS = "redactions"  # in a message's findings: why, by whom and when, never what


class Reason(StrEnum):
    """Why words went: what kind of words they were. Free text would tell of them."""

    CARD = "card"
    BANK_ACCOUNT = "bank_account"
    CONTACT_DETAILS = "contact_details"
    SIGN_IN = "sign_in"  # passwords, codes, keys
    IDENTITY = "identity"  # numbers of passports and the like
    SENSITIVE = "sensitive"  # health, belief and the rest of GDPR article 9
    SOMEBODY_ELSE = "somebody_else"
    OTHER = "other"


class NothingFound(ValueError):
    """The words do not stand in the message."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """The messages that were rewritten, how many copies in each place, and the files nobody has looked into."""

    messages: tuple[UUID, ...]
    files: int
    copies: Mapping[Where, int]
    gone: Mapping[Where, int]  # of the copies: those that could not be rewritten and are kept no longer
    breaks_signature: bool = False


def suggested(message: Message) -> list[Spot]:
    """What in a message one may want to redact: numbers of cards, accounts and people, and ways to reach somebody."""
    return spots(message.body_text)


def words_at(message: Message, spans: Iterable[tuple[int, int]]) -> list[str]:
    """What stands between each `(start, end)` of the message's text, widened to whole words."""
    return [widened(message.body_text, start, end) for start, end in spans]


def redact(message: Message, spans: Iterable[tuple[int, int]], *, reason: Reason, actor: Actor) -> Redaction:
    """Redact what stands between each `(start, end)` of the message's text, widened to whole words.

    See `redact_words`.
    """
    return redact_words(message, words_at(message, spans), reason=reason, actor=actor)


def reach_of(message: Message, words: Iterable[str]) -> Redaction:
    """What `redact_words` would rewrite, without changing anything. Raises `TooShort` and `NothingFound`."""
    ticket = Ticket.objects.get(pk=message.ticket_id)
    pattern = pattern_of(words)
    return _told(message, copies_of(ticket, pattern), ticket, pattern)


def redact_words(
    message: Message,
    words: Iterable[str],
    *,
    reason: Reason,
    actor: Actor,
    removing: Collection[UUID] = (),
    again: UUID | None = None,
    is_written: bool = False,
) -> Redaction:
    """Put marks in the place of words, in the message and in all copies within its ticket: for one message at a time.

    `words` are names, numbers or phrases of any length from three letters or digits on; each is found however it is
    broken into lines, grouped or accented, and only as whole words. Rewritten are messages with their HTML, text,
    quotations and names of files; files that are text, HTML or mails; subject, preview and drafts; mails as they came
    and reports that quote ours; what the search finds. Mails that have left are forgotten, those that have not are made
    anew by channels, which hear `message.redacted`. `removing` are attachments of the ticket that nobody can read and
    that go as a whole.

    Raises `TooShort`, `NothingFound` when neither the message nor a file of it holds the words, and `Held` when a legal
    hold keeps the ticket as it is. It is written to the ledger, with what was found in files and which of them went, so
    that a restored backup is redacted, too; `again` is the redaction that is done again there, and `is_written` says
    that the ledger has its words.
    """
    redaction = again or new_id()
    pattern = pattern_of(words)
    with transaction.atomic():
        refuse_held(Extent(tickets=(message.ticket_id,)))
        ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.ticket_id)
        removed = _remove(ticket, removing, actor)
        copies = copies_of(ticket, pattern)
        done = _told(message, copies, ticket, pattern)
        for copy in copies:
            copy.rewrite()
        _forget_in_search(ticket, copies)
        _renew_preview(ticket, done.messages, pattern)
        _mark(done.messages, reason, actor, redaction)
        _forget_mails(ticket, done)
        told = {"message": message.pk, "messages": list(done.messages), "reason": reason.value}
        record("message.redacted", ticket, actor=actor, changes=told)
        found = [each for copy in copies if copy.message == message.pk for each in copy.found]
        if not is_written:  # last of all, for what is rolled back must not be in the ledger
            write_redaction(message.account_id, redaction, message.pk, found, reason.value, removed=removed)
    message.refresh_from_db()
    return done


def redact_subject(
    ticket_id: UUID,
    words: Iterable[str],
    *,
    reason: Reason,
    actor: Actor,
    again: UUID | None = None,
    is_written: bool = False,
) -> None:
    """The same for words that stand in the subject of a ticket and in no message of it.

    Raises `TooShort`, `NothingFound` and `Held`. See `redact_words`.
    """
    redaction = again or new_id()
    with transaction.atomic():
        refuse_held(Extent(tickets=(ticket_id,)))
        ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket_id)
        subject, found = redacted(ticket.subject, pattern_of(words))
        if not found:
            raise NothingFound("the subject does not hold these words")
        Ticket.objects.filter(pk=ticket.pk).update(subject=subject)
        keys = Message.objects.filter(ticket=ticket).values_list("pk", flat=True)
        forget_words({key: list(found) for key in keys})
        told = {"reason": reason.value, "redaction": redaction}
        record("ticket.subject_redacted", ticket, actor=actor, changes=told)
        if not is_written:
            write_redaction(ticket.account_id, redaction, None, found, reason.value, ticket_id=ticket.pk)


def _remove(ticket: Ticket, attachments: Collection[UUID], actor: Actor) -> list[UUID]:
    here = Attachment.objects.filter(message__ticket=ticket, pk__in=list(attachments)) if attachments else ()
    keys = [each.pk for each in here]
    if keys:
        remove_attachments(keys, actor=actor)
    return keys


# Where a message holds words that can be read in the ticket.
_SEEN = frozenset({Where.MESSAGE, Where.NAME, Where.FILE})


def _told(message: Message, copies: Sequence[Copy], ticket: Ticket, pattern: Pattern) -> Redaction:
    holding = dict.fromkeys(copy.message for copy in copies if copy.message and copy.where in _SEEN)
    if message.pk not in holding:
        raise NothingFound("the message does not hold these words")
    return Redaction(
        messages=tuple(each for each in holding if each),
        files=len(unread_files(ticket, pattern)),
        copies=Counter(copy.where for copy in copies),
        gone=Counter(copy.where for copy in copies if copy.goes),
        breaks_signature=any(copy.is_signed and not copy.goes for copy in copies),
    )


def _forget_in_search(ticket: Ticket, copies: Sequence[Copy]) -> None:
    """Each message is found by the words of the subject, too.

    Whole texts are compared with what they are now: the search also knows words that were written together.
    """
    before: dict[UUID, list[str]] = {}
    for copy in copies:
        if copy.message and copy.found:
            before.setdefault(copy.message, []).extend([*copy.found, *copy.before])
    in_subject = [each for copy in copies if copy.where is Where.SUBJECT for each in copy.before]
    if in_subject:
        keys = Message.objects.filter(ticket=ticket).values_list("pk", flat=True)
        before = {key: [*before.get(key, []), *in_subject] for key in keys}
    forget_words(before)


def _renew_preview(ticket: Ticket, changed: Collection[UUID], pattern: Pattern) -> None:
    """The first words of the newest message; in an old preview they may break off within what was redacted."""
    newest = Message.objects.filter(ticket=ticket).exclude(kind=Message.Kind.NOTE).order_by("-at", "-id").first()
    is_changed = newest is not None and newest.pk in changed
    preview = preview_of(newest.body_text) if newest and is_changed else ticket.preview
    Ticket.objects.filter(pk=ticket.pk).update(preview=redacted(preview, pattern)[0])


def _mark(changed: Collection[UUID], reason: Reason, actor: Actor, redaction: UUID) -> None:
    """Each message says that something in it was redacted; what it was warned of may be gone with that."""
    by = str(actor.id) if actor.id else None
    mark = {"id": str(redaction), "reason": reason.value, "by": by, "at": now().isoformat()}
    for message in Message.objects.filter(pk__in=list(changed)).defer("body_html"):
        findings = message.findings | {REDACTIONS: [*message.findings.get(REDACTIONS, []), mark]}
        if SENSITIVE in findings:
            findings |= {SENSITIVE: telling(message.body_text)}
        Message.objects.filter(pk=message.pk).update(findings=findings)


def _forget_mails(ticket: Ticket, done: Redaction) -> None:
    """Every answer since may quote the words; each mail of the ticket has the subject."""
    sent = Message.objects.filter(ticket=ticket, outgoing__isnull=False)
    if Where.SUBJECT not in done.copies:
        first = Message.objects.filter(pk__in=done.messages).order_by("at").values_list("at", flat=True)[:1].get()
        sent = sent.filter(at__gte=first)
    mails = OutgoingMail.objects.filter(Q(pk__in=sent.values("outgoing")) | Q(about=ticket.pk))
    forget_contents(mails.values_list("pk", flat=True))
