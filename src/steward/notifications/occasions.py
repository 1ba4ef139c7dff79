"""What has to be known of events before it is decided who is told of them: read for a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from steward.events.models import Event
from steward.lib.actor import ActorKind
from steward.notifications.concerned import departments_asked, members_concerned, named_by, read_id
from steward.notifications.deciding import Occasion, Person
from steward.notifications.mentions import mentioned
from steward.outbox.delivery import PARTLY_REFUSED
from steward.people.models import Membership
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import HIDDEN

FAILURES = ("mail.failed", "mail.bounced", "mail.sent")  # the last one when it was sent, but not to everybody


@dataclass
class Facts:
    """The tickets, messages and people behind some events; of the people, those who may be told or did something."""

    people: list[Person]
    names: dict[UUID, str]
    tickets: dict[UUID, Ticket]
    messages: dict[UUID, Message]  # notes, with what they say
    first: dict[UUID, tuple[UUID, bool]]  # of each ticket: the message that opened it, and whether a machine wrote that
    failed: dict[UUID, Message]  # by the mail that was not delivered
    took_part: dict[UUID, frozenset[UUID]]
    message_of: dict[UUID, UUID] = field(default_factory=dict)  # by event
    at: dict[UUID, datetime] = field(default_factory=dict)

    @classmethod
    def behind(cls, events: Sequence[Event]) -> "Facts":
        """A fixed number of queries, however many events there are; of thousands of members those who may be told."""
        failed = _failed([event.object_id for event in events if is_failure(event)])
        ids = {event.object_id for event in events} | {message.ticket_id for message in failed.values()}
        tickets = Ticket.objects.only("id", "department", "assignee", "status").in_bulk(ids)
        notes = _notes(events)
        took_part = _took_part([e.object_id for e in events if e.kind == "message.received"])
        named = named_by(events, tickets.values(), [*failed.values()], notes.values()).union(*took_part.values())
        members = members_concerned(named, departments_asked(events, tickets, notes))
        return cls(
            people=[_person(member) for member in members],
            names={member.id: member.name for member in members},
            tickets=tickets,
            messages=notes,
            first=_first([e.object_id for e in events if e.kind in {"ticket.created", "message.received"}]),
            failed=failed,
            took_part=took_part,
        )

    def known(self, member: UUID | None) -> UUID | None:
        """The id, while there is such a member."""
        return member if member in self.names else None

    def occasions(self, events: Iterable[Event]) -> Iterator[Occasion]:
        """The events of which somebody may be told: the others are about what is gone."""
        for event in events:
            occasion = self._occasion(event)
            if occasion:
                self.at[event.id] = event.at
                yield occasion

    def _occasion(self, event: Event) -> Occasion | None:
        failed = self.failed.get(event.object_id) if is_failure(event) else None
        ticket = self.tickets.get(failed.ticket_id if failed else event.object_id)
        if ticket is None:
            return None
        occasion = Occasion(
            event=event.id,
            kind=event.kind,
            ticket=ticket.id,
            department=ticket.department_id,
            assignee=ticket.assignee_id,
            by=event.actor_id if event.actor_kind == ActorKind.AGENT else None,
            is_hidden=ticket.status in HIDDEN,
        )
        return self._with_particulars(occasion, event, failed)

    def _with_particulars(self, occasion: Occasion, event: Event, failed: Message | None) -> Occasion:
        told: dict[str, Any] = event.changes or {}  # erased ones say nothing any more
        if failed:
            self.message_of[event.id] = failed.id
            return replace(occasion, author=failed.author_id)
        if event.kind == "ticket.assigned":
            return replace(occasion, given_to=read_id(told.get("to")))
        opened_by, is_automatic = self.first.get(occasion.ticket, (None, False))
        if event.kind == "ticket.created":
            return replace(occasion, is_automatic=is_automatic)
        message = read_id(told.get("message"))
        if event.kind == "message.received":
            if message:
                self.message_of[event.id] = message
            return replace(
                occasion,
                is_first=message == opened_by,
                is_automatic=bool(told.get("automatic")),
                took_part=self.took_part.get(occasion.ticket, frozenset()),
            )
        if message in self.messages:
            self.message_of[event.id] = message
            return replace(occasion, mentioned=self._mentioned(self.messages[message], occasion.department))
        return occasion

    def _mentioned(self, note: Message, department: UUID) -> frozenset[UUID]:
        who = {person.id: self.names[person.id] for person in self.people if person.sees(department)}
        return mentioned(note.body_html, note.body_text, who)


def _person(member: Membership) -> Person:
    return Person(member.id, member.sees_all, frozenset(each.department_id for each in member.departments.all()))


def is_failure(event: Event) -> bool:
    """Whether the event says that a mail does not reach everybody it was for."""
    if event.kind == "mail.sent":
        return (event.changes or {}).get("reason") == PARTLY_REFUSED
    return event.kind in FAILURES


def _failed(mails: list[UUID]) -> dict[UUID, Message]:
    found = Message.objects.filter(outgoing__in=mails).only("id", "ticket", "author", "outgoing") if mails else []
    return {message.outgoing_id: message for message in found if message.outgoing_id}


def _notes(events: Iterable[Event]) -> dict[UUID, Message]:
    ids = [
        key for event in events if event.kind == "note.added" and (key := read_id((event.changes or {}).get("message")))
    ]
    return Message.objects.only("id", "body_html", "body_text").in_bulk(ids) if ids else {}


def _first(tickets: list[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    messages = Message.objects.filter(ticket__in=tickets).order_by("ticket", "at", "id").distinct("ticket")
    rows = messages.values_list("ticket_id", "id", "is_automatic") if tickets else []
    return {ticket: (message, is_automatic) for ticket, message, is_automatic in rows}


def _took_part(tickets: list[UUID]) -> dict[UUID, frozenset[UUID]]:
    if not tickets:
        return {}
    authors: defaultdict[UUID, set[UUID]] = defaultdict(set)
    wrote = Message.objects.filter(ticket__in=tickets, author__isnull=False)
    for ticket, author in wrote.values_list("ticket_id", "author_id").distinct():
        authors[ticket].add(author)
    return {ticket: frozenset(each) for ticket, each in authors.items()}
