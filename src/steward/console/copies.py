"""Who is proposed as Copy of an answer: whoever the customer's newest mail was also from or for."""

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import base_address
from steward.contacts.actions import fold_email
from steward.tickets.models import Message, Ticket

_UNSPEAKABLE = re.compile(r'[\x00-\x1f\x7f"\\<>,;]')  # in a name: it would have to be escaped where people edit it


def proposed_copy(ticket: Ticket) -> str:
    """The addresses as the field takes them; empty when the newest mail was between the requester and us alone.

    Mails whose sender we cannot trust propose nobody, nor do automatic ones.
    """
    mails = Message.objects.filter(ticket=ticket, kind=Message.Kind.INCOMING, is_verified=True, is_automatic=False)
    newest = mails.order_by("-at", "-id").first()
    people = dict(_people(newest)) if newest else {}
    if people:
        known = ticket.requester.addresses.values_list("folded", flat=True)
        people = {folded: person for folded, person in people.items() if folded not in set(known)}
    if people:
        ours = set(MailAccount.objects.values_list("address", flat=True))
        people = {folded: person for folded, person in people.items() if base_address(folded) not in ours}
    return ", ".join(people.values())


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
