"""Tickets of people whose data are kept and not used (GDPR article 18(1) and (2)).

Whatever touches tickets by itself asks `restricted_tickets` before it does: automatic answers, mails that tell agents,
closing by the clock, and rules, ratings and assistants. What an agent writes to such a person is asked for by
`refuse_writing`: only the answer to their request goes to them. The outbox asks again when a mail is about to leave.
"""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from steward.contacts.restriction import restricted_behind
from steward.outbox.models import OutgoingMail
from steward.outbox.restriction import knows_restricted
from steward.tickets.conversation import Correspondent
from steward.tickets.models import Message, Ticket

Answering = Callable[[Collection[UUID]], Iterable[UUID]]

_answering: list[Answering] = []


class Restricted(ValueError):
    """What is known of somebody is only kept: nobody writes to them but in answer to their request."""


def answers_requests(function: Answering) -> Answering:
    """Register what says in which of some tickets a request of the person is answered: there one may write to them."""
    _answering.append(function)
    return function


def restricted_tickets(tickets: Iterable[UUID]) -> set[UUID]:
    """Those of the tickets whose requester's data are only kept: nothing is done with them by itself."""
    found = Ticket.objects.filter(pk__in=set(tickets), requester__restricted_at__isnull=False)
    return set(found.values_list("pk", flat=True))


def refuse_changing(ticket: Ticket) -> None:
    """Raise `Restricted` where what a ticket holds of somebody is only kept: it is not merged, split or rewritten."""
    if restricted_tickets([ticket.pk]):
        raise Restricted(ticket.code)


def may_write(ticket: Ticket) -> bool:
    """Whether an agent may write to the requester of a ticket: not while their data are only kept, but to answer."""
    return not restricted_tickets([ticket.pk]) or bool(_answered_in({ticket.pk}))


def refuse_writing(people: Iterable[Correspondent], *, ticket: Ticket | None = None) -> None:
    """Raise `Restricted` when a mail to these people, in a ticket or a new one, would be more than an answer."""
    if ticket is not None and _answered_in({ticket.pk}):
        return
    if restricted_behind(person.email for person in people) or (ticket and restricted_tickets([ticket.pk])):
        raise Restricted("what is known of them is only kept")


@knows_restricted
def _is_mail_about_them(mail: OutgoingMail) -> bool:
    """A message of a ticket, or a mail that no message became: about the requester, and to whom it goes."""
    tickets = set(Message.objects.filter(outgoing=mail.pk).values_list("ticket", flat=True))
    if mail.about:
        tickets.add(mail.about)
    if not tickets or tickets <= _answered_in(tickets):
        return False
    return bool(restricted_tickets(tickets) or restricted_behind(mail.envelope_to))


def _answered_in(tickets: Collection[UUID]) -> set[UUID]:
    return {ticket for function in _answering for ticket in function(tickets)}
