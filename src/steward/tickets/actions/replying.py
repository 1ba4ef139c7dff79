"""Writing: answers, notes, new tickets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from steward.contacts.actions import contacts_for, fold_email
from steward.contacts.models import Contact
from steward.events.actions import record
from steward.files.models import File
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.html import html_to_text, sanitise_note, sanitise_outgoing
from steward.lib.ids import new_id
from steward.lib.text_language import language_of
from steward.people.models import Department, Membership
from steward.tickets.actions.numbering import fresh_codes, rules_of_account
from steward.tickets.actions.statuses import StatusRefused
from steward.tickets.actions.taking_back import hold, remember, strangers_of
from steward.tickets.conversation import Correspondent, preview_of
from steward.tickets.going import going
from steward.tickets.indexing import index_messages
from steward.tickets.models import Attachment, Message, Participant, Ticket
from steward.tickets.restriction import refuse_writing
from steward.tickets.statuses import HIDDEN, Status

_ANSWERED: dict[str, Any] = {
    "status": Status.ANSWERED,
    "postponed_until": None,
    "status_before": "",
    "resolved_at": None,
}


@dataclass(frozen=True, slots=True)
class Writing:
    """What an agent wrote: HTML as typed, and the files put to it under their names.

    `id` is the message's id, chosen when the form was made: sending the same form twice writes one message.
    """

    body_html: str
    files: Sequence[tuple[File, str]] = field(default=())
    id: UUID = field(default_factory=new_id)
    held_for: timedelta | None = None  # an answer's mail is not made before; until then it can be taken back


class NothingWritten(ValueError):
    """Neither words nor files."""


def reply_to_ticket(
    ticket: Ticket,
    writing: Writing,
    *,
    author: Membership,
    actor: Actor,
    to: Sequence[Correspondent],
    cc: Sequence[Correspondent] = (),
) -> Message:
    """Answer the customer. The mail is sent by a job once this is committed; the ticket becomes answered.

    Whoever answers a ticket that nobody had takes it. Raises `NothingWritten`, `StatusRefused` when it is closed, and
    `Restricted` when what is known of whom it goes to is only kept.
    """
    with transaction.atomic():
        ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update(no_key=True, of=("self",)))
        if ticket.is_closed:
            raise StatusRefused("a closed ticket is not answered")
        if going([ticket.pk]):
            raise StatusRefused("the ticket is being erased")
        refuse_writing([*to, *cc], ticket=ticket)
        before = remember(ticket, [*to, *cc]) if writing.held_for else {}
        message = _write(ticket, writing, kind=Message.Kind.OUTGOING, author=author, to=to, cc=cc)
        told = {"message": message.id, "from": ticket.status} | _held(message, writing, before)
        is_taken = ticket.assignee_id is None
        _move_on(ticket, message, **_ANSWERED | ({"assignee": author} if is_taken else {}))
        record("message.sent", ticket, actor=actor, changes=told)
        if is_taken:
            record("ticket.assigned", ticket, actor=actor, changes={"from": None, "to": author.id})
    ticket.refresh_from_db()
    return message


def add_note(
    ticket: Ticket, writing: Writing, *, author: Membership | None, actor: Actor, support: str = ""
) -> Message:
    """Leave a note that only agents see. Changes no status. Raises `NothingWritten`.

    One without an author is by support of the hosting company: `support` is what they are called.
    """
    with transaction.atomic():
        # Held, so that it is not moved meanwhile: the search authorises by the department the note is stored with.
        ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update(no_key=True, of=("self",)))
        message = _write(ticket, writing, kind=Message.Kind.NOTE, author=author, support=support)
        Ticket.objects.filter(pk=ticket.pk).update(changed_at=message.at, message_count=F("message_count") + 1)
        record("note.added", ticket, actor=actor, changes={"message": message.id})
    ticket.refresh_from_db()
    return message


def compose_ticket(
    department: Department,
    writing: Writing,
    *,
    subject: str,
    author: Membership,
    actor: Actor,
    to: Sequence[Correspondent],
    cc: Sequence[Correspondent] = (),
    answers_request: bool = False,
) -> Ticket:
    """Write to a customer first: a new ticket, answered, whose requester is the first addressee.

    Raises `Restricted` when what is known of them is only kept, unless it `answers_request` of theirs.
    """
    if not to:
        raise ValueError("a ticket needs somebody to write to")
    with transaction.atomic():
        if not answers_request:
            refuse_writing([*to, *cc])
        strangers = strangers_of([*to, *cc]) if writing.held_for else {}
        requester = contacts_for({person.email: person.name for person in to})[fold_email(to[0].email)]
        ticket = _begin(department, subject, author=author, requester=requester)
        record("ticket.created", ticket, actor=actor, changes={"department": department.id})
        before = remember(ticket) | strangers if writing.held_for else {}
        message = _write(ticket, writing, kind=Message.Kind.OUTGOING, author=author, to=to, cc=cc)
        told = {"message": message.id} | _held(message, writing, before, began_ticket=True)
        _move_on(ticket, message)
        record("message.sent", ticket, actor=actor, changes=told)
    ticket.refresh_from_db()
    return ticket


def _begin(department: Department, subject: str, *, author: Membership, requester: Contact) -> Ticket:
    """A ticket that an agent opens: answered already, by the mail it begins with."""
    ticket = Ticket.objects.create(
        code=fresh_codes(1, rules_of_account())[0],
        subject=subject,
        status=Status.ANSWERED,
        department=department,
        assignee=author,
        requester=requester,
        created_at=now(),
        changed_at=now(),
    )
    Participant.objects.create(ticket=ticket, contact=requester, is_requester=True, is_verified=True, joined_at=now())
    return ticket


def _held(message: Message, writing: Writing, before: dict[str, Any], *, began_ticket: bool = False) -> dict[str, Any]:
    """Hold the message's mail, when it is to be; what the event tells of that."""
    if writing.held_for is None:
        return {}
    until = message.at + writing.held_for
    hold(message, before, until, began_ticket=began_ticket)
    return {"held_until": until.isoformat()}


def _write(
    ticket: Ticket,
    writing: Writing,
    *,
    kind: Message.Kind,
    author: Membership | None,
    to: Sequence[Correspondent] = (),
    cc: Sequence[Correspondent] = (),
    support: str = "",
) -> Message:
    sanitise = sanitise_note if kind == Message.Kind.NOTE else sanitise_outgoing
    body_html = sanitise(writing.body_html)
    text = html_to_text(body_html)
    if not text.strip() and not writing.files:
        raise NothingWritten("there are neither words nor files")
    message = Message.objects.create(
        id=writing.id,
        ticket=ticket,
        kind=kind,
        channel=ticket.channel,
        author=author,
        sender_name=author.name if author else support,
        findings={} if author else {"support": True},
        recipients={"to": [p.as_json() for p in to], "cc": [p.as_json() for p in cc]} if to else {},
        body_html=body_html,
        body_text=text,
        language=language_of(text),
        at=now(),
    )
    Attachment.objects.bulk_create(Attachment(message=message, file=file, name=name) for file, name in writing.files)
    _invite(ticket, [*to, *cc])
    correspondents = [word for person in (*to, *cc) for word in (person.name, person.email)]
    index_messages([(ticket, message, " ".join([text, *(name for _, name in writing.files), *correspondents]))])
    return message


def _invite(ticket: Ticket, people: Sequence[Correspondent]) -> None:
    """Whom an agent writes to takes part from now on: they may answer."""
    if not people:
        return
    contacts = contacts_for({person.email: person.name for person in people})
    Participant.objects.bulk_create(
        [Participant(ticket=ticket, contact=c, is_verified=True, joined_at=now()) for c in set(contacts.values())],
        ignore_conflicts=True,
    )
    Participant.objects.filter(ticket=ticket, contact__in=contacts.values()).update(is_verified=True)


def _move_on(ticket: Ticket, message: Message, **columns: object) -> None:
    if ticket.status in HIDDEN:
        columns.pop("status", None)
    Ticket.objects.filter(pk=ticket.pk).update(
        changed_at=message.at,
        preview=preview_of(message.body_text),
        language=message.language,
        message_count=F("message_count") + 1,
        **columns,
    )
