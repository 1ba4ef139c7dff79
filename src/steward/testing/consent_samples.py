"""What the parameters of the addresses of consents hold: a purpose, who consented, who may be written to."""

from typing import Any

from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.marketing.consents import agree, consenting
from steward.privacy.consent.actions import Proof, give
from steward.privacy.consent.links import token_of
from steward.privacy.consent.models import Purpose
from steward.privacy.consent.purposes import add_purpose
from steward.tenancy.scope import account_scope

_WORDS = {"en": {"name": "News", "text": "We write to you once a month."}}


def samples_of_consents(contact: Contact) -> dict[str, Any]:
    """By the name of the parameter."""
    with account_scope(contact.account_id):
        known = Purpose.objects.filter(code="news").first()
        purpose = known or add_purpose("news", "newsletter", _WORDS, actor=SYSTEM)
        give(contact, purpose, Proof(channel="mail"), actor=SYSTEM)
        token = token_of(contact)
    agree(new_id(), email="gil@example.org", name="Gil", company="Fjord", language="en", channel="sign_up")
    one = next(consenting())
    return {
        "purpose_id": purpose.pk,
        "consent_id": one.id,
        "consent/<token> token": token,
        "news/<token> token": one.withdrawal.rpartition("/")[2],
    }
