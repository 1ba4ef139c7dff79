"""What the ticket page shows of a conversation: messages, what happened between them, days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.console.deliveries import Delivery, delivery_of
from steward.console.findings import Caution, problems_of, warnings_of
from steward.console.happenings import Names, told
from steward.console.redactions import hint_of, redactions_of, redactors
from steward.events.models import Event
from steward.events.queries import timeline_of
from steward.files.content_types import is_inline_image
from steward.lib.html import has_remote_images, render_mail, sanitise_note, sanitise_outgoing
from steward.lib.html.redacting import label_marks
from steward.tenancy.reading import Question, Reading
from steward.tickets.models import Attachment, Message, Ticket
from steward.ui.enumerating import enumerated

PAGE = 30  # messages
_MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class ShownFile:
    name: str
    size: int
    url: str
    content_type: str
    is_image: bool


@dataclass(frozen=True, slots=True)
class ShownMessage:
    id: str
    at: datetime
    from_kind: str
    author_name: str
    author_email: str
    channel_label: str
    to_line: str
    language: str  # as a tag of BCP 47; empty when it is not certain
    is_html: bool
    body_url: str
    text_html: SafeString
    has_remote_images: bool
    raw_url: str
    delivery: Delivery | None
    warnings: list[Caution]
    problems: list[str]
    redact_url: str
    redactions: list[str]  # who, when and why, a sentence for each
    hint: str  # what was found that may be meant to go
    attachments: list[ShownFile] = field(default_factory=list)
    kind: str = "message"

    def __getitem__(self, name: str) -> object:
        """Templates look here first: without it each of their look-ups costs an exception."""
        return getattr(self, name)


@dataclass(frozen=True, slots=True)
class ShownEvent:
    at: datetime
    text_html: str
    kind: str = "event"


@dataclass(frozen=True, slots=True)
class Day:
    at: datetime
    label: str = ""
    kind: str = "day"


Entry = ShownMessage | ShownEvent | Day


@dataclass(frozen=True, slots=True)
class Conversation:
    """One page of a conversation, oldest entry first; `older` is the message before which there is more."""

    entries: list[Entry]
    older: str | None
    incoming: list[Message]  # the customer's, newest first
    newest_id: UUID | None = None  # of the messages on the page


def conversation(ticket: Ticket, *, zone: str, before: str | None = None) -> Conversation:
    """The newest messages of a ticket, or those before the one with the id `before`, and what happened among them."""
    boundary = _messages(ticket=ticket.pk).get(pk=before) if before else None
    page = _before(ticket, boundary) if boundary else _NEWEST(ticket=ticket.pk)
    has_more = len(page) > PAGE
    page = list(reversed(page[:PAGE]))
    # From the page's first message on, to before the first one of the page that follows: each event is on one page.
    events = _events(ticket, since=page[0].at if has_more else None, before=boundary.at if boundary else None)
    found: list[ShownMessage | ShownEvent] = [*_shown(page), *events]
    shown = sorted(found, key=lambda entry: entry.at)
    return Conversation(
        entries=_with_days(shown, zone),
        older=str(page[0].id) if has_more else None,
        incoming=[message for message in reversed(page) if message.kind == Message.Kind.INCOMING],
        newest_id=page[-1].id if page else None,
    )


def conversation_questions(ticket: Ticket) -> Iterator[Question[Any]]:
    """What the newest page of a conversation asks, to be read ahead."""
    yield _NEWEST.asking(ticket=ticket.pk)
    yield _LATEST_EVENTS.asking(ticket=ticket.pk)


def _messages(*, ticket: UUID) -> QuerySet[Message]:
    # Not the finished mails, which can be large: a page tells what became of them.
    return (
        Message.objects.filter(ticket=ticket)
        .select_related("author", "outgoing")
        .defer("body_text", "author__signature", "outgoing__content", "outgoing__envelope_to")
    )


def _before(ticket: Ticket, boundary: Message) -> list[Message]:
    earlier = Q(at__lt=boundary.at) | Q(at=boundary.at, id__lt=boundary.id)
    return list(_messages(ticket=ticket.pk).filter(earlier).order_by("-at", "-id")[: PAGE + 1])


def _events_of(*, ticket: UUID, before: datetime | None = None) -> QuerySet[Event]:
    events = timeline_of(ticket).filter(at__lt=before) if before else timeline_of(ticket)
    told_by = ("kind", "actor_kind", "actor_id", "at", "changes")
    return events.order_by("-at", "-id").only(*told_by)[:_MOST_EVENTS]


_NEWEST = Reading(lambda *, ticket: _messages(ticket=ticket).order_by("-at", "-id")[: PAGE + 1])
_LATEST_EVENTS = Reading(_events_of)
_FILES = Reading(
    lambda *, messages: Attachment.objects.filter(message__in=messages).select_related("file").order_by("id")
)


def _events(ticket: Ticket, *, since: datetime | None, before: datetime | None) -> list[ShownEvent]:
    latest = _LATEST_EVENTS(ticket=ticket.pk, before=before) if before else _LATEST_EVENTS(ticket=ticket.pk)
    chosen = [event for event in latest if since is None or event.at >= since]
    names = Names.needed_by(chosen)
    return [ShownEvent(event.at, text) for event in reversed(chosen) if (text := told(event, names))]


def _shown(messages: Sequence[Message]) -> list[ShownMessage]:
    files: dict[object, list[Attachment]] = {}
    for attachment in _FILES(messages=[message.pk for message in messages]):
        files.setdefault(attachment.message_id, []).append(attachment)
    names = redactors(messages)
    return [_shown_message(message, files.get(message.id, []), names) for message in messages]


def _shown_message(
    message: Message, attachments: Iterable[Attachment], redactors_names: Mapping[UUID, str]
) -> ShownMessage:
    redactions = redactions_of(message, redactors_names)
    is_incoming = message.kind == Message.Kind.INCOMING
    base = f"/console/messages/{message.id}"
    return ShownMessage(
        id=str(message.id),
        at=message.at,
        from_kind=_from_kind(message),
        author_name=_author_name(message),
        author_email=message.sender_email,
        channel_label=_("e-mail"),
        to_line="" if is_incoming else _to_line(message),
        language=message.language,
        is_html=is_incoming and message.is_html,
        body_url=f"{base}/body",
        text_html=mark_safe("") if is_incoming and message.is_html else _text_html(message, redactions),
        has_remote_images=is_incoming and message.is_html and has_remote_images(message.body_html),
        raw_url=f"{base}/raw" if is_incoming else "",
        delivery=delivery_of(message) if message.kind == Message.Kind.OUTGOING else None,
        warnings=warnings_of(message),
        problems=problems_of(message),
        redact_url=f"{base}/redaction",
        redactions=redactions,
        hint=hint_of(message) if is_incoming else "",
        attachments=[_shown_file(a) for a in attachments if not _is_in_the_text(a, message)],
    )


def _from_kind(message: Message) -> str:
    if message.kind == Message.Kind.INCOMING:
        return "system" if message.is_automatic else "customer"
    return "note" if message.kind == Message.Kind.NOTE else "agent"


def _author_name(message: Message) -> str:
    if message.kind == Message.Kind.INCOMING:
        return message.sender_name or message.sender_email or _("Somebody without a name")
    if "support" in message.findings:  # somebody of the hosting company, who is no member and never was
        return message.sender_name
    return message.author.name if message.author else _("former agent")


def _to_line(message: Message) -> str:
    to, cc = (
        enumerated([person["name"] or person["email"] for person in message.recipients.get(role, [])])
        for role in ("to", "cc")
    )
    if not cc:
        return to
    return pgettext("recipients of a message", "%(to)s, copy to %(cc)s") % {"to": to, "cc": cc}


def _text_html(message: Message, redactions: Sequence[str]) -> SafeString:
    if "erased" in message.findings:
        return format_html("<p>{}</p>", _("Whoever wrote this was erased, and their words with them."))
    html = message.body_html
    # Sanitised before it was stored; once more here, by the profile of today; only marks are named afterwards.
    if message.kind == Message.Kind.NOTE:
        clean = sanitise_note(html)
    else:
        is_incoming = message.kind == Message.Kind.INCOMING
        clean = render_mail(html, images=False, cid={}) if is_incoming else sanitise_outgoing(html)
    if redactions:
        clean = label_marks(clean, " ".join(redactions))
    return mark_safe(clean)  # noqa: S308  the sanitiser's output


def _is_in_the_text(attachment: Attachment, message: Message) -> bool:
    """Whether the mail's own text shows it. What browsers are not given as an image (HEIC, SVG) is a file to open."""
    return attachment.is_inline and message.is_html and is_inline_image(attachment.file.content_type)


def _shown_file(attachment: Attachment) -> ShownFile:
    return ShownFile(
        name=attachment.name or _("without a name"),
        size=attachment.file.size,
        url=f"/console/attachments/{attachment.id}",
        content_type=attachment.file.content_type,
        is_image=is_inline_image(attachment.file.content_type),
    )


def _with_days(entries: Sequence[ShownMessage | ShownEvent], zone: str) -> list[Entry]:
    """A heading before the first entry of each day, as days run where the account is."""
    place, shown = ZoneInfo(zone), list[Entry]()
    last = None
    for entry in entries:
        day = entry.at.astimezone(place).date()
        if day != last:
            shown.append(Day(entry.at))
            last = day
        shown.append(entry)
    return shown
