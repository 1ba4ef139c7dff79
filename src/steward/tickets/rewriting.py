"""Where words of a ticket stand, and how they are rewritten there: looked for first, so that it can be shown before.

Tickets answer for their own tables and files. Whoever keeps copies elsewhere registers a `Look` with `copies_lie_in`.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import UUID

from steward.files.actions import NewFile, read_file, store_files
from steward.files.models import File
from steward.lib.html import sanitise_mail, sanitise_note, sanitise_outgoing
from steward.lib.html.redacting import redact_html
from steward.lib.ids import new_id
from steward.lib.overhearing import overheard
from steward.lib.redacting import redacted
from steward.lib.redacting_files import LONGEST, Form, NotRewritten, form_of, redacted_text
from steward.lib.redacting_mail import redacted_mail
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tickets.files_of import forget_files
from steward.tickets.models import Attachment, Draft, DraftAttachment, Message, Ticket

_SANITISERS = {
    Message.Kind.INCOMING: sanitise_mail,
    Message.Kind.OUTGOING: sanitise_outgoing,
    Message.Kind.NOTE: sanitise_note,
}
Pattern = re.Pattern[str]
_MOST = 64 * 2**20  # bytes of files that are read while somebody waits
_UNREAD = (KeyMissing, Tampered, OSError, EgressDenied, NotRewritten)


class Where(StrEnum):
    """Places in which words stand."""

    MESSAGE = "message"
    SUBJECT = "subject"
    NAME = "name"  # of a file
    FILE = "file"
    DRAFT = "draft"
    RAW_MAIL = "raw_mail"
    RETURNED = "returned"  # reports about mails of ours, which quote them
    WAITING = "waiting"  # mails of ours that were not written by anybody and have not left


@dataclass(frozen=True, slots=True)
class Copy:
    """One row or file that holds the words; `rewrite` puts marks there, or lets go of what cannot be rewritten."""

    where: Where
    rewrite: Callable[[], object]
    message: UUID | None = None  # in which, or which became of it
    found: Sequence[str] = ()  # what stands there
    before: Sequence[str] = ()  # the texts it stands in, where the search knows them
    goes: bool = False  # it cannot be rewritten: nothing of it is kept
    is_signed: bool = False


Look = Callable[[Ticket, Pattern, Set[UUID]], Iterator[Copy]]
_elsewhere: list[Look] = []


def copies_lie_in(look: Look) -> Look:
    """Register a place. It is told which messages hold the words, for what it cannot look into itself."""
    _elsewhere.append(look)
    return look


def copies_of(ticket: Ticket, pattern: Pattern) -> list[Copy]:
    """Everywhere in the ticket that what the pattern finds stands; nothing is changed."""
    looks = (_messages, _names, _subject, _drafts, _draft_files, _files)
    copies = [copy for look in looks for copy in look(ticket, pattern)]
    holding = {copy.message for copy in copies if copy.message}
    return [*copies, *(copy for look in _elsewhere for copy in look(ticket, pattern, holding))]


def holds(message: Message, pattern: Pattern) -> bool:
    """Whether a message has what the pattern finds in its words or in the name of a file: files are not opened."""
    if pattern.search(message.body_text) or redact_html(message.body_html, pattern)[1]:
        return True
    names = Attachment.objects.filter(message=message).values_list("name", flat=True)
    return any(pattern.search(name) for name in names)


def look_through(message: Message, pattern: Pattern) -> None:
    """Ask a pattern about everything of a message in which words of it are found: its own texts, the names of its
    files, and what stands in those. Nothing is changed.
    """
    redacted(message.body_text, pattern)
    redact_html(message.body_html, pattern)
    for attachment in Attachment.objects.filter(message=message).select_related("file"):
        redacted(attachment.name, pattern)
        _rewritten(attachment.file, _form(attachment.file, attachment.name), pattern)


def files_to_read(ticket: Ticket) -> list[File]:
    """The files that `copies_of` reads. They may be on another machine: bring them before the transaction."""
    drafted = DraftAttachment.objects.filter(draft__ticket=ticket).select_related("file")
    in_drafts = [each.file for each in drafted if _form(each.file, each.name) is not None]
    return [*(attachment.file for attachment, form in _forms(ticket) if form is not None), *in_drafts]


def unread_files(ticket: Ticket, pattern: Pattern) -> "list[Attachment]":
    """The ticket's files whose words nobody here can reach, or take out: they stay as they are, or go as a whole."""
    return [each for each, form in _forms(ticket) if form is None or _is_shut(each.file, form, pattern)]


def _messages(ticket: Ticket, pattern: Pattern) -> Iterator[Copy]:
    for message in Message.objects.filter(ticket=ticket).order_by("at", "id"):
        html, in_html = redact_html(message.body_html, pattern)
        text, in_text = redacted(message.body_text, pattern)
        if in_html or in_text:
            rewrite = partial(_rewrite_message, message, html if in_html else None, text)
            yield Copy(Where.MESSAGE, rewrite, message.pk, [*in_html, *in_text], [message.body_text])


def _rewrite_message(message: Message, html: str | None, text: str) -> None:
    """With other text, and other HTML where there is some: what a sanitiser takes long for waits till it is meant."""
    clean = message.body_html if html is None else _SANITISERS[Message.Kind(message.kind)](html)
    Message.objects.filter(pk=message.pk).update(body_html=clean, body_text=text)


def _names(ticket: Ticket, pattern: Pattern) -> Iterator[Copy]:
    for attachment in Attachment.objects.filter(message__ticket=ticket):
        name, found = redacted(attachment.name, pattern)
        if found:
            rewrite = partial(Attachment.objects.filter(pk=attachment.pk).update, name=name)
            yield Copy(Where.NAME, rewrite, attachment.message_id, found, [attachment.name])
    for drafted in DraftAttachment.objects.filter(draft__ticket=ticket):
        name, found = redacted(drafted.name, pattern)
        if found:
            yield Copy(Where.NAME, partial(DraftAttachment.objects.filter(pk=drafted.pk).update, name=name))


def _subject(ticket: Ticket, pattern: Pattern) -> Iterator[Copy]:
    subject, found = redacted(ticket.subject, pattern)
    if found:
        rewrite = partial(Ticket.objects.filter(pk=ticket.pk).update, subject=subject)
        yield Copy(Where.SUBJECT, rewrite, found=found, before=[ticket.subject])


def _drafts(ticket: Ticket, pattern: Pattern) -> Iterator[Copy]:
    for draft in Draft.objects.filter(ticket=ticket):
        html, in_html = redact_html(draft.body_html, pattern)
        subject, in_subject = redacted(draft.subject, pattern)
        if in_html or in_subject:
            clean = sanitise_note(html) if in_html else html
            # Under a mark of its own: a tab that holds the words is refused, and asks, before it saves them again.
            new = {"body_html": clean, "subject": subject, "mark": new_id()}
            yield Copy(Where.DRAFT, partial(Draft.objects.filter(pk=draft.pk).update, **new))


def _files(ticket: Ticket, pattern: Pattern) -> Iterator[Copy]:
    for attachment, form in _forms(ticket):
        new, found = _found(attachment.file, form, pattern)
        if new is not None:
            rewrite = partial(_exchange, attachment, new, pattern)
            yield Copy(Where.FILE, rewrite, attachment.message_id, found)


def _draft_files(ticket: Ticket, pattern: Pattern) -> Iterator[Copy]:
    for drafted in DraftAttachment.objects.filter(draft__ticket=ticket).select_related("file"):
        new = _rewritten(drafted.file, _form(drafted.file, drafted.name), pattern)
        if new is not None:
            yield Copy(Where.FILE, partial(_exchange, drafted, new, pattern))


def _forms(ticket: Ticket) -> Iterator[tuple[Attachment, Form | None]]:
    """The files of the ticket, each with how it is read; None for those whose words cannot be reached."""
    left = _MOST
    for attachment in Attachment.objects.filter(message__ticket=ticket).select_related("file").order_by("id"):
        form = _form(attachment.file, attachment.name) if attachment.file.size <= left else None
        left -= attachment.file.size if form else 0
        yield attachment, form


def _form(file: File, name: str) -> Form | None:
    return form_of(file.content_type, name) if file.size <= LONGEST else None


def _rewritten(file: File, form: Form | None, pattern: Pattern) -> bytes | None:
    """The bytes as they are to be; None where nothing is found or nothing can be read."""
    if form is None:
        return None
    try:
        return _marked(b"".join(read_file(file)), form, pattern)
    except _UNREAD:
        return None


def _found(file: File, form: Form | None, pattern: Pattern) -> tuple[bytes | None, list[str]]:
    """The same, and what stood there."""
    found: dict[str, None] = {}
    new = _rewritten(file, form, overheard(pattern, lambda _text, words: found.update(dict.fromkeys(words))))
    return new, list(found)


def _is_shut(file: File, form: Form, pattern: Pattern) -> bool:
    """Whether it cannot be told, or changed, what stands in a file, though it should be one we can read."""
    try:
        _marked(b"".join(read_file(file)), form, pattern)
    except _UNREAD:
        return True
    return False


def _marked(content: bytes, form: Form, pattern: Pattern) -> bytes | None:
    return redacted_mail(content, pattern) if form is Form.MAIL else redacted_text(content, form, pattern)


def _exchange(attached: "Attachment | DraftAttachment", new: bytes, pattern: Pattern) -> None:
    """Put other bytes in the place of a file's, and let go of the old ones, once the new ones read as they should."""
    old = attached.file
    [file] = store_files([NewFile(new, old.content_type)])
    form = form_of(old.content_type, attached.name) or Form.TEXT
    if _marked(b"".join(read_file(file)), form, pattern) is not None:
        raise NotRewritten("the words are in the file still")
    type(attached).objects.filter(pk=attached.pk).update(file=file)
    forget_files({old.pk})
