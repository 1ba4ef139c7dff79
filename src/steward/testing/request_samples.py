"""Requests of persons: one just noted, for tests that open every page, and one that is closed."""

from datetime import timedelta
from uuid import UUID

from steward.contacts.models import Contact
from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.requests.actions import NewRequest, open_request
from steward.privacy.requests.hints import SUSPECTED
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import ENDED
from steward.tenancy.scope import account_scope
from steward.tickets.models import Message, Ticket


def request_about(customer: Contact) -> UUID:
    """A customer wants to know what is held about them, and it was just noted."""
    new = NewRequest(
        PrivacyRequest.Type.ACCESS,
        PrivacyRequest.Channel.AGENT,
        now(),
        subject=customer,
        name=customer.name,
        words="What do you hold about me?",
    )
    with account_scope(customer.account_id):
        return open_request(new, actor=SYSTEM).pk


def closed_request(contact: Contact, *, type_: str = "access", state: str = "closed") -> PrivacyRequest:
    """One that was answered just now and is in that state, without the steps to it. In the account in scope."""
    at = now()
    return PrivacyRequest.objects.create(
        type=type_, channel="agent", subject=contact, name=contact.name, words="Everything, please", state=state,
        refusal="unfounded" if state == "refused" else "", received_at=at, due_at=at + timedelta(days=30),
        opened_by_kind="system", answered_at=at, closed_at=at if state in ENDED else None,
    )  # fmt: skip


def pointed_out_in(ticket: Ticket) -> UUID:
    """The first mail of a ticket may be a request: the mail."""
    message = Message.objects.filter(ticket=ticket).order_by("at", "id")[0]
    told = {"message": message.pk, "type": "erase", "since": message.at.isoformat()}
    record(SUSPECTED, ticket, actor=SYSTEM, changes=told)
    return message.pk
