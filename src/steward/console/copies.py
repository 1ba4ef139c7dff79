"""Who is proposed as Copy of an answer: whoever the customer's newest mail was also from or for."""

import re
from collections.abc import Collection, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from steward.channels.email.recipients import base_address
from steward.contacts.actions import fold_email
from steward.tickets.models import Message, Ticket

_UNSPEAKABLE = re.compile(r'[\x00-\x1f\x7f"\\<>,;]')  # in a name: it would have to be escaped where people edit it


def proposed_copy(newest: Message | None, *, requester: Collection[str], ours: Collection[str]) -> str:
    """The addresses as the field takes them; empty when the newest mail was between the requester and us alone.

    `newest` is the mail that `newest_proposing` tells, `requester` the folded addresses of the person the ticket is
    about, `ours` those of the account.
    """
    people = dict(_people(newest)) if newest else {}
    others = {folded: person for folded, person in people.items() if folded not in requester}
    return ", ".join(person for folded, person in others.items() if base_address(folded) not in ours)


def newest_proposing(ticket: Ticket, newest: Sequence[Message], *, is_all: bool) -> Message | None:
    """The customer's newest mail that proposes people: none whose sender we cannot trust, nor an automatic one.

    As a rule it is among the `newest` ones, newest first; when it is not and those are not all, it is looked for.
    """
    trusted = next((message for message in newest if message.is_verified and not message.is_automatic), None)
    if trusted or is_all:
        return trusted
    mails = Message.objects.filter(ticket=ticket, kind=Message.Kind.INCOMING, is_verified=True, is_automatic=False)
    return mails.order_by("-at", "-id").first()


def _people(message: Message) -> Iterator[tuple[str, str]]:
    """Folded address and how the person is written, each who could be written to."""
    given = [*message.recipients.get("to", []), *message.recipients.get("cc", [])]
    for person in [{"name": message.sender_name, "email": message.sender_email}, *given]:
        name, email = person["name"], person["email"]
        if _is_address(email):
            is_plain = name and not _UNSPEAKABLE.search(name) and "@" not in name
            yield fold_email(email), f"{name} <{email}>" if is_plain else email


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
