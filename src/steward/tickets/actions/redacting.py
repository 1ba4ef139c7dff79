"""Redacting: words of a message become unreadable, for good, wherever in the ticket they were copied to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.html import sanitise_mail, sanitise_note, sanitise_outgoing
from steward.lib.html.redacting import redact_html
from steward.lib.redacting import pattern_of, redacted, widened
from steward.lib.sensitive import Spot, spots
from steward.outbox.forgetting import forget_contents
from steward.outbox.models import OutgoingMail
from steward.privacy.holds.actions import refuse_held
from steward.privacy.inventory.stores import Extent
from steward.tickets.conversation import preview_of
from steward.tickets.indexing import forget_words
from steward.tickets.models import Attachment, Draft, Message, Ticket

REDACTIONS = "redactions"  # in a message's findings: why, by whom and when, never what
_SANITISERS = {
    Message.Kind.INCOMING: sanitise_mail,
    Message.Kind.OUTGOING: sanitise_outgoing,
    Message.Kind.NOTE: sanitise_note,
}


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
    """The messages that were rewritten, and the files of the ticket that nobody has looked into."""

    messages: tuple[UUID, ...]
    files: int


@dataclass(slots=True)
class _Rewritten:
    """A message as it will be, and what stood where the marks are now."""

    message: Message
    found: list[str] = field(default_factory=list)


def suggested(message: Message) -> list[Spot]:
    """What in a message one may want to redact: numbers of cards and accounts, and ways to reach somebody."""
    return spots(message.body_text)


def redact(message: Message, spans: Iterable[tuple[int, int]], *, reason: Reason, actor: Actor) -> Redaction:
    """Redact what stands between each `(start, end)` of the message's text, widened to whole words.

    See `redact_words`.
    """
    words = [widened(message.body_text, start, end) for start, end in spans]
    return redact_words(message, words, reason=reason, actor=actor)


def redact_words(message: Message, words: Iterable[str], *, reason: Reason, actor: Actor) -> Redaction:
    """Put marks in the place of words, in the message and in all copies within its ticket.

    Messages with their HTML, text, quotations and names of files; subject, preview and drafts; what the search finds.
    Mails that have left are forgotten; those that have not, and the mails as they came, are for channels, which hear
    `message.redacted`. Raises `TooShort`, `NothingFound` when the message does not hold the words, and `Held` when a
    legal hold keeps the ticket as it is.
    """
    pattern = pattern_of(words)
    with transaction.atomic():
        refuse_held(Extent(tickets=(message.ticket_id,)))
        ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.ticket_id)
        changed = _rewrite_messages(ticket, pattern)
        if message.pk not in changed:
            raise NothingFound("the message does not hold these words")
        in_subject = _rewrite_subject(ticket, pattern)
        _forget_in_search(ticket, changed, in_subject)
        _renew_preview(ticket, changed)
        _rewrite_drafts(ticket, pattern)
        _mark(changed, reason, actor)
        _forget_mails(ticket, changed)
        told = {"message": message.pk, "messages": list(changed), "reason": reason.value}
        record("message.redacted", ticket, actor=actor, changes=told)
    message.refresh_from_db()
    return Redaction(tuple(changed), Attachment.objects.filter(message__ticket=ticket).count())


def _rewrite_messages(ticket: Ticket, pattern: "re.Pattern[str]") -> Mapping[UUID, _Rewritten]:
    """The messages of the ticket that hold the words, rewritten, oldest first."""
    changed: dict[UUID, _Rewritten] = {}
    for message in Message.objects.filter(ticket=ticket).order_by("at", "id"):
        html, in_html = redact_html(message.body_html, pattern)
        text, in_text = redacted(message.body_text, pattern)
        in_names = _rewrite_names(message, pattern)
        if found := [*in_html, *in_text, *in_names]:
            sanitise = _SANITISERS[Message.Kind(message.kind)]
            message.body_html, message.body_text = sanitise(html) if in_html else html, text
            message.save(update_fields=["body_html", "body_text"])
            changed[message.pk] = _Rewritten(message, found)
    return changed


def _rewrite_names(message: Message, pattern: "re.Pattern[str]") -> Sequence[str]:
    found: list[str] = []
    for attachment in Attachment.objects.filter(message=message):
        name, in_name = redacted(attachment.name, pattern)
        if in_name:
            Attachment.objects.filter(pk=attachment.pk).update(name=name)
            found.extend(in_name)
    return found


def _rewrite_subject(ticket: Ticket, pattern: "re.Pattern[str]") -> Sequence[str]:
    subject, found = redacted(ticket.subject, pattern)
    if found:
        Ticket.objects.filter(pk=ticket.pk).update(subject=subject)
    return found


def _forget_in_search(ticket: Ticket, changed: Mapping[UUID, _Rewritten], in_subject: Sequence[str]) -> None:
    """Each message is found by the words of the subject, too."""
    found = {key: list(each.found) for key, each in changed.items()}
    if in_subject:
        keys = Message.objects.filter(ticket=ticket).values_list("pk", flat=True)
        found = {key: [*found.get(key, []), *in_subject] for key in keys}
    forget_words(found)


def _renew_preview(ticket: Ticket, changed: Mapping[UUID, _Rewritten]) -> None:
    newest = Message.objects.filter(ticket=ticket).exclude(kind=Message.Kind.NOTE).order_by("-at", "-id").first()
    if newest is not None and newest.pk in changed:
        Ticket.objects.filter(pk=ticket.pk).update(preview=preview_of(newest.body_text))


def _rewrite_drafts(ticket: Ticket, pattern: "re.Pattern[str]") -> None:
    for draft in Draft.objects.filter(ticket=ticket):
        html, in_html = redact_html(draft.body_html, pattern)
        subject, in_subject = redacted(draft.subject, pattern)
        if in_html or in_subject:
            Draft.objects.filter(pk=draft.pk).update(body_html=sanitise_note(html), subject=subject)


def _mark(changed: Mapping[UUID, _Rewritten], reason: Reason, actor: Actor) -> None:
    """Each message says that something in it was redacted."""
    mark = {"reason": reason.value, "by": str(actor.id) if actor.id else None, "at": now().isoformat()}
    for key, each in changed.items():
        marks = [*each.message.findings.get(REDACTIONS, []), mark]
        Message.objects.filter(pk=key).update(findings=each.message.findings | {REDACTIONS: marks})


def _forget_mails(ticket: Ticket, changed: Mapping[UUID, _Rewritten]) -> None:
    """Every answer since may quote the words; mails that were sent by themselves have the subject."""
    first = min(each.message.at for each in changed.values())
    since = Message.objects.filter(ticket=ticket, at__gte=first, outgoing__isnull=False)
    mails = OutgoingMail.objects.filter(Q(pk__in=since.values("outgoing")) | Q(about=ticket.pk))
    forget_contents(mails.values_list("pk", flat=True))
