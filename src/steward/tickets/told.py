"""What of a conversation was said by somebody or to them, and what is left out of what they are given.

Left out are words that others said to others, and notes and drafts that name anybody else (GDPR articles 15(4), 20(4)).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from steward.contacts.actions import fold_email
from steward.lib.html import html_to_text
from steward.lib.naming import names_others
from steward.privacy.inventory.exporting import Part
from steward.tickets.models import Message

Kind = Message.Kind


class Way(StrEnum):
    """How a message concerns somebody."""

    FROM = "from_you"
    TO = "to_you"
    NOTE = "note_about_you"


@dataclass(frozen=True, slots=True)
class Told:
    """A message that is given, with those of its recipients who are the person; `others` counts the rest of them."""

    message: Message
    way: Way
    recipients: dict[str, list[dict[str, str]]]
    others: int


@dataclass(slots=True)
class Conversation:
    """What is given of one ticket, and how much is left out."""

    told: list[Told] = field(default_factory=list)
    notes_left_out: int = 0
    messages_left_out: int = 0


def conversations(part: Part) -> defaultdict[UUID, Conversation]:
    """What is given of each ticket of the part, by the ticket's id; messages in the order in which they came."""
    found: defaultdict[UUID, Conversation] = defaultdict(Conversation)
    if not part.any_tickets:
        return found
    own = frozenset(part.tickets)
    messages = list(Message.objects.filter(ticket__in=part.any_tickets).order_by("ticket", "at", "pk"))
    others = _others_in(messages, part)
    for message in messages:
        _sort(message, found[message.ticket_id], part, others[message.ticket_id], is_own=message.ticket_id in own)
    return found


def _sort(message: Message, into: Conversation, part: Part, others: set[str], *, is_own: bool) -> None:
    way = _way(message, part, is_own=is_own)
    if way is Way.NOTE and (not part.with_notes or is_withheld(message.body_html, part, others)):
        into.notes_left_out += is_own and not part.is_given
    elif way is None or (part.is_given and way is not Way.FROM):
        into.messages_left_out += is_own and not part.is_given
    else:
        theirs = {role: them for role, people in message.recipients.items() if (them := _them(people, part))}
        number = sum(map(len, message.recipients.values())) - sum(map(len, theirs.values()))
        into.told.append(Told(message, way, theirs, number))


def _way(message: Message, part: Part, *, is_own: bool) -> Way | None:
    """How it concerns the person; None when it does not, or is for others alone."""
    if message.contact_id in part.contacts:
        return Way.FROM
    if message.findings.get("erased"):
        return None
    if message.kind == Kind.NOTE:
        return Way.NOTE if is_own else None
    if any(_them(people, part) for people in message.recipients.values()):
        return Way.TO
    is_to_requester = is_own and message.kind == Kind.OUTGOING and not any(message.recipients.values())
    return Way.TO if is_to_requester else None


def is_withheld(html: str, part: Part, others: Iterable[str]) -> bool:
    """Whether words among agents name somebody else: who that is, and what is said of them, is theirs."""
    return names_others(html_to_text(html), part.addresses, {*others, *part.others})


def names_of_others(part: Part) -> defaultdict[UUID, set[str]]:
    """Who else wrote or was written to in the tickets of the part, by the ticket's id: their names, where known."""
    return _others_in(Message.objects.filter(ticket__in=part.tickets).only("ticket", *_NAMING), part)


_NAMING = ("contact", "kind", "sender_name", "recipients")


def _others_in(messages: Iterable[Message], part: Part) -> defaultdict[UUID, set[str]]:
    names: defaultdict[UUID, set[str]] = defaultdict(set)
    for message in messages:
        names[message.ticket_id].update(_names_in(message, part))
    return names


def _names_in(message: Message, part: Part) -> Iterator[str]:
    if message.kind == Kind.INCOMING and message.contact_id not in part.contacts and message.sender_name:
        yield message.sender_name
    for people in message.recipients.values():
        for person in people:
            if person.get("name") and fold_email(person.get("email", "")) not in part.addresses:
                yield person["name"]


def _them(people: Iterable[dict[str, Any]], part: Part) -> list[dict[str, str]]:
    return [person for person in people if fold_email(person.get("email", "")) in part.addresses]
