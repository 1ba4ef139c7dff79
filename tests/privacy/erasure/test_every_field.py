"""A marker stands in every field of the inventory that can hold something of a customer, and after erasing in none.

Beside what mails, pages and agents leave (`plant`): what agents do because of a request, and what an erasure before
this one has left.
"""

import pytest

from steward.channels.email.models import MailboxCopies
from steward.contacts.rectifying import Correction, rectify_contact
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory import Whose, holding_of
from steward.privacy.mentions.actions import confirm_mentions, look_for_mentions
from steward.privacy.recipients.collecting import telling_of
from steward.privacy.recipients.models import Recipient, Telling
from steward.privacy.requests.actions import NewRequest, answer, extend, hold, open_request, refuse
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.models import account_owned_models
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.markers import ADDRESSES, NAME, NAMED, SAID, found, plant
from steward.tickets.actions import add_note
from steward.tickets.actions.replying import Writing
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

# Fields that are about a customer, or may be, and in which no words of theirs can stand.
WORDLESS = {
    "consent.ConsentRecord.language": "a code",
    "consent.ConsentRecord.network": "an address that is cut short",
    "consent.ConsentRecord.visitor": "an id",
    "contacts.Contact.language": "a code",
    "email.AutomaticAnswer.correspondent": "a digest: test_canary looks for it",
    "email.RawMail.content": "encrypted: the search opens it",
    "files.File.sha256": "a digest",
    "outbox.OutgoingMail.content": "encrypted: the search opens it",
    "outbox.OutgoingMail.internet_id": "made by us",
    "recipients.Recipient.sealed": "encrypted: a store reads it back",
    "tickets.Message.language": "a code",
    "tickets.Ticket.language": "a code",
}
# About members of the account, and about operators.
OF_OTHERS = {
    "agreements.Agreement.ended_words",
    "agreements.Agreement.review_words",
    "egress.Authorisation.reason",
}
# The record of a breach, in the words of operators and owners: GDPR article 33(5) has it kept.
KEPT_BY_LAW = {
    f"{model}.{name}"
    for model in ("incidents.Notice", "incidents.OwnIncident")
    for name in ("title", "nature", "persons_about", "data_about", "contact", "consequences", "measures")
} | {f"incidents.OwnIncident.{name}" for name in ("authority_reference", "authority_why_not", "persons_told_because")}
KEPT_BY_LAW |= {"incidents.Notice.wordings"}


def fields_of_customers():
    """`{label: (model, field)}`, as the inventory has them."""
    return {
        f"{model._meta.label}.{field.name}": (model, field)
        for model in account_owned_models()
        for field in model._meta.local_fields
        if (holding := holding_of(field)) and holding.whose in {Whose.CONTACT, Whose.ANYBODY}
    }


def marked():
    """The labels of those in which a marker stands, in the account in scope."""
    return {
        label
        for label, (model, field) in fields_of_customers().items()
        if any(_has_marker(value) for value in model._default_manager.values_list(field.name, flat=True))
    }


def _has_marker(value):
    return any(mark in str(value).lower() for mark in (NAMED, SAID))


@pytest.fixture
def anna(northwind, child_processes, support_mail):
    """She left something everywhere, asked for it twice, was corrected, and is spoken of in a note of Ben's."""
    contact = plant()
    with account_scope(northwind.id):
        ben = Membership.objects.get(name="Ben")
        rectify_contact(contact, Correction(f"{NAME} Zqnamedborn", "da"), actor=SYSTEM)
        refused, held = (open_request(_asked(contact), actor=SYSTEM) for _ in range(2))
        extend(refused, reason=f"So much of {SAID}", actor=SYSTEM)
        refuse(refused, reason=PrivacyRequest.Refusal.EXCESSIVE, words=f"Not {SAID} again", actor=SYSTEM)
        answer(held, actor=SYSTEM)
        hold(held, words=f"A court asks for {SAID}", actor=SYSTEM)
        farahs = Ticket.objects.get(requester__name="Farah Nasser")
        add_note(farahs, Writing(f"<p>Ask {NAME}.</p>"), author=ben, actor=actor_of(ben))
        told = telling_of(Telling.Of.RESTRICTION, new_id())
        named = {"names": [NAME], "addresses": [ADDRESSES[0]]}
        Recipient.objects.create(telling=told, kind=Recipient.Kind.SERVICE, host="ai.example", identifiers=named)
        Recipient.objects.create(telling=told, kind=Recipient.Kind.CORRESPONDENT, address=ADDRESSES[1])
        MailboxCopies.objects.create(erasure_id=new_id(), mail_account=support_mail, message_ids=[f"{NAMED}@x.example"])
    run_jobs()
    return contact


def _asked(contact):
    return NewRequest(
        PrivacyRequest.Type.ACCESS, PrivacyRequest.Channel.MAIL, now(), subject=contact, name=NAME,
        address=ADDRESSES[0], words=f"All of {SAID}",
    )  # fmt: skip


def test_each_field_is_marked_and_then_none(northwind, anna):
    with account_scope(northwind.id):
        erasure = plan_erasure(person_by_address(ADDRESSES[0]).extent, actor=SYSTEM)
        look_for_mentions(erasure)
        assert confirm_mentions(erasure, [], actor=SYSTEM, is_all=True)
        assert sorted(marked()) == sorted(fields_of_customers().keys() - WORDLESS.keys() - OF_OTHERS - KEPT_BY_LAW)
    done = run_erasure(northwind.id, erasure.id)
    assert (done.state, done.left) == (Erasure.State.DONE, {}), (done.planned, done.erased)
    run_jobs()
    with account_scope(northwind.id):
        assert marked() == set()
    assert found(NAMED) == {}
    assert found(SAID) == {}
