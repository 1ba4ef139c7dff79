"""A request of a person, for tests that open every page."""

from uuid import UUID

from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.requests.actions import NewRequest, open_request
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.scope import account_scope


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
