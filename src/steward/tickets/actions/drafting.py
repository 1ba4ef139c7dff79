"""Drafts: what is being written is saved as it is typed, and goes only when it was sent or thrown away.

One person may write one draft in several places: two tabs, or two machines. Each save gets a *mark*, and says which
marks the place that saves has seen; what nobody there has seen is not overwritten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from steward.files.actions import NewFile, store_files
from steward.lib.clock import now
from steward.lib.html import html_to_text, sanitise_note
from steward.lib.ids import new_id
from steward.people.models import Membership
from steward.tickets.models import Draft, DraftAttachment, Message, Ticket
from steward.tickets.statuses import HIDDEN

_COLUMNS = ("kind", "subject", "to", "cc", "department_id")
# Between the first line of a composed ticket and its message lie the statements of one transaction.
_COMPOSING = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Seen:
    """The marks one place knows: `stored` by the server as it has heard, and `tried`, of which it heard nothing."""

    stored: frozenset[UUID] = frozenset()
    tried: frozenset[UUID] = frozenset()

    @property
    def marks(self) -> frozenset[UUID]:
        return self.stored | self.tried


class DraftMoved(Exception):
    """The draft is not as the place that saves has last seen it, so nothing was saved.

    `draft` is what another place saved; None when what was seen has been sent, at `sent_at` where that is known.
    """

    def __init__(self, draft: Draft | None, sent_at: datetime | None = None) -> None:
        super().__init__("sent" if draft is None else "saved")
        self.draft = draft
        self.sent_at = sent_at


def save_draft(
    author: Membership,
    ticket: Ticket | None,
    content: Mapping[str, str],
    *,
    seen: Seen | None = None,
    mark: UUID | None = None,
) -> Draft:
    """Keep what was typed; `content` has any of kind, subject, to, cc, body_html and department_id.

    Everybody has one draft per ticket, and one for the new ticket they compose. With `seen` raises `DraftMoved` when
    that would overwrite a text under a mark not among them. `mark` is the one the text is to have; the one it has got
    is on the draft, and is another when the same text was there already.
    """
    columns = _columns(ticket, content)
    with transaction.atomic():
        found = Draft.objects.select_for_update(no_key=True).get_or_create
        draft, is_new = found(author=author, ticket=ticket, defaults={**columns, "saved_at": now()})
        if seen is not None and not is_new and _is_same(draft, columns):
            return draft
        if seen is not None:
            _refuse_unseen(None if is_new else draft, author, ticket, seen)
        for name, value in columns.items():
            setattr(draft, name, value)
        draft.mark, draft.saved_at = mark or new_id(), now()
        draft.save()
    return draft


def draft_for_files(author: Membership, ticket: Ticket | None) -> Draft:
    """The draft that takes a file. A new one has no mark: no text has been saved in it."""
    draft, _ = Draft.objects.get_or_create(
        author=author, ticket=ticket, defaults={**_columns(ticket, {}), "saved_at": now()}
    )
    return draft


def check_draft(author: Membership, ticket: Ticket | None, *, seen: Seen) -> None:
    """Raise `DraftMoved` when a save from a place that has `seen` these marks would be refused."""
    draft = Draft.objects.filter(author=author, ticket=ticket).first()
    _refuse_unseen(draft, author, ticket, seen)


def discard_draft(author: Membership, ticket: Ticket | None, *, seen: Seen | None = None) -> None:
    """Forget a draft: it was sent, or thrown away. With `seen`, one that another place saved since stays."""
    drafts = Draft.objects.filter(author=author, ticket=ticket)
    if seen is not None:
        drafts = drafts.filter(mark__isnull=True) | drafts.filter(mark__in=seen.marks)
    drafts.delete()


def attach_to_draft(draft: Draft, name: str, content: bytes, content_type: str) -> DraftAttachment:
    """Put a file to a draft."""
    with transaction.atomic():
        [file] = store_files([NewFile(content, content_type)])
        return DraftAttachment.objects.create(draft=draft, file=file, name=name)


def detach_from_draft(attachment: DraftAttachment) -> None:
    """Take a file out of a draft again."""
    attachment.delete()


def _columns(ticket: Ticket | None, content: Mapping[str, str]) -> dict[str, str]:
    columns = {
        name: content[name].replace("\0", "")  # which PostgreSQL stores nowhere
        for name in _COLUMNS
        if name in content
    }
    if "body_html" in content:
        columns["body_html"] = sanitise_note(content["body_html"])  # it may become a note
    if ticket is None:
        columns["kind"] = Draft.Kind.TICKET
    return columns


def _is_same(draft: Draft, columns: Mapping[str, str]) -> bool:
    return draft.mark is not None and all(str(getattr(draft, name) or "") == value for name, value in columns.items())


def _refuse_unseen(draft: Draft | None, author: Membership, ticket: Ticket | None, seen: Seen) -> None:
    if draft is None or draft.mark is None:
        # What was only tried may never have come, so its absence tells nothing.
        if seen.stored:
            raise DraftMoved(None, _sent_at(author, ticket))
    elif draft.mark not in seen.marks and not _is_empty(draft):
        raise DraftMoved(draft)


def _is_empty(draft: Draft) -> bool:
    """Nothing in it would be missed."""
    return not (draft.subject or draft.to or html_to_text(draft.body_html).strip() or draft.attachments.exists())


def _sent_at(author: Membership, ticket: Ticket | None) -> datetime | None:
    """When the person last wrote in the ticket, or, for the draft of a new one, last composed one."""
    written = Message.objects.filter(author=author)
    if ticket is not None:
        written = written.filter(ticket=ticket)
    else:
        # Who composes a ticket has it: the way to it that an index knows.
        theirs = Ticket.objects.filter(assignee=author).exclude(status__in=HIDDEN).order_by("-changed_at", "-id")
        recent = list(theirs.values_list("pk", flat=True)[:50])
        written = written.filter(ticket__in=recent, kind=Message.Kind.OUTGOING)
        written = written.filter(at__lt=F("ticket__created_at") + _COMPOSING)
    return written.order_by("-at").values_list("at", flat=True).first()
