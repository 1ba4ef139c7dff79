"""Tickets and messages with sensible defaults, made by the verbs that the application uses."""

from collections.abc import Sequence
from uuid import UUID

from steward.contacts.models import Contact
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.people.models import Department, Membership
from steward.tenancy.scope import account_scope
from steward.tickets.actions import add_note, receive_messages, reply_to_ticket
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent, IncomingMessage, NewAttachment
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status

_WITH = ("account", "department", "assignee", "requester")


def make_ticket(
    requester: Contact,
    *,
    subject: str = "The printer is out of paper",
    body: str = "Please send some paper.",
    department: Department | None = None,
    status: Status = Status.NEW,
    assignee: Membership | None = None,
    attachments: Sequence[NewAttachment] = (),
) -> Ticket:
    """A ticket with one message of a customer, in the default department unless another is given.

    `status` and `assignee` are set as they are, without events: how a ticket gets there is for other tests.
    """
    with account_scope(requester.account_id):
        department = department or Department.objects.get(is_default=True)
        sender = _correspondent(requester)
        incoming = _incoming(sender, body, subject=subject, department_id=department.id, attachments=attachments)
        [message] = receive_messages([incoming])
        if status != Status.NEW or assignee:
            Ticket.objects.filter(pk=message.ticket_id).update(status=status, assignee=assignee)
        return Ticket.objects.select_related(*_WITH).get(pk=message.ticket_id)


def make_tickets(requesters: Sequence[Contact], *, departments: Sequence[Department], number: int) -> list[Ticket]:
    """Many new tickets of one account in few statements, requesters and departments by turns."""
    with account_scope(requesters[0].account_id):
        people = [_correspondent(requester) for requester in requesters]
        incoming = [
            _incoming(
                people[n % len(people)],
                f"Paper number {n}, please.",
                subject=f"Paper {n}",
                department_id=departments[n % len(departments)].id,
            )
            for n in range(number)
        ]
        return [message.ticket for message in receive_messages(incoming)]


def make_message(
    ticket: Ticket,
    *,
    body: str = "Any news?",
    sender: Contact | None = None,
    attachments: Sequence[NewAttachment] = (),
    internet_id: str = "",
) -> Message:
    """One more message of the customer."""
    with account_scope(ticket.account_id):
        ticket = Ticket.objects.select_related("requester").get(pk=ticket.pk)
        incoming = _incoming(
            _correspondent(sender or ticket.requester),
            body,
            subject=ticket.subject,
            department_id=ticket.department_id,
            ticket=ticket,
            attachments=attachments,
            internet_id=internet_id,
        )
        [message] = receive_messages([incoming])
        return message


def make_reply(ticket: Ticket, author: Membership, *, body: str = "<p>It is on its way.</p>") -> Message:
    """An answer to the requester."""
    with account_scope(ticket.account_id):
        ticket = Ticket.objects.select_related("requester").get(pk=ticket.pk)
        to = _correspondent(ticket.requester)
        return reply_to_ticket(ticket, Writing(body), author=author, actor=actor_of(author), to=[to])


def make_note(ticket: Ticket, author: Membership, *, body: str = "<p>We had this before.</p>") -> Message:
    """A note that only agents see."""
    with account_scope(ticket.account_id):
        ticket = Ticket.objects.get(pk=ticket.pk)
        return add_note(ticket, Writing(body), author=author, actor=actor_of(author))


def _incoming(
    sender: Correspondent,
    body: str,
    *,
    subject: str,
    department_id: UUID,
    ticket: Ticket | None = None,
    attachments: Sequence[NewAttachment] = (),
    internet_id: str = "",
) -> IncomingMessage:
    return IncomingMessage(
        sender=sender,
        subject=subject,
        body_html=f"<p>{body}</p>",
        body_text=body,
        own_words=body,
        department_id=department_id,
        at=now(),
        ticket=ticket,
        attachments=tuple(attachments),
        internet_id=internet_id,
    )


def _correspondent(contact: Contact) -> Correspondent:
    return Correspondent(contact.name, contact.addresses.get().value)
