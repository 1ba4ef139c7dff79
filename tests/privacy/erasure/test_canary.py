"""Whoever left a marker in every place is erased, and the search of everything finds none; others stay as they were."""

import logging

import pytest

from steward.channels.email.correspondents import hashed
from steward.channels.email.models import Arrival, AutomaticAnswer
from steward.contacts.models import Contact
from steward.events.chain import faults
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.models import EgressEvent
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.recipients.models import WITH_LETTER, Recipient
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.letters import receive, written
from steward.testing.markers import ADDRESSES, NAMED, SAID, found, plant
from steward.tickets.models import Message, SearchEntry, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

# Where people leave something, by which the search itself is shown to find it.
LEFT_IN = {
    "dump of contacts_contact", "dump of contacts_contactaddress", "dump of email_rawmail",
    "dump of outbox_outgoingmail", "dump of tickets_attachment", "dump of tickets_draft",
    "dump of tickets_draftattachment", "dump of tickets_message", "dump of tickets_searchentry",
    "dump of tickets_ticket", "content of email_rawmail", "content of outbox_outgoingmail", "stored files",
}  # fmt: skip


@pytest.fixture
def anna(northwind, child_processes):
    """She left something everywhere, and a service of the account's own read her mails: it is to be told."""
    with account_scope(northwind.id):
        EgressEvent.objects.create(
            traffic="T", host="ai.own.example", port=443, purpose="answer.suggest", categories=[], from_region="eu",
            is_allowed=True, reason_code="allowed", at=now(),
        )  # fmt: skip
    return plant()


def erase(account, *, keeps_tickets=False):
    with account_scope(account.id):
        person = person_by_address(ADDRESSES[2])
        extent = person.nameless_extent if keeps_tickets else person.extent
        erasure = plan_erasure(extent, actor=SYSTEM)
    done = run_erasure(account.id, erasure.id)
    assert (done.state, done.left) == (Erasure.State.DONE, {}), (done.planned, done.erased)
    run_jobs()
    return done


def of_farah(account):
    """All that is hers, and counts of all."""
    with account_scope(account.id):
        ticket = Ticket.objects.get(requester__name="Farah Nasser")
        folded = [address.lower() for address in ADDRESSES]
        hers = Message.objects.filter(ticket=ticket).exclude(contact__addresses__folded__in=folded)
        hers = hers.exclude(findings={"erased": True})
        return {
            "ticket": (ticket.code, ticket.subject, ticket.status, ticket.message_count, ticket.created_at),
            "messages": list(hers.order_by("at").values_list("kind", "sender_name", "body_html", "at")),
            "places": Message.objects.filter(ticket=ticket).count(),
            "others": [person["email"] for each in hers.order_by("at") for person in others_in(each.recipients)],
            "events": Event.objects.filter(object_id=ticket.pk).count(),
        }


def others_in(recipients):
    return [person for people in recipients.values() for person in people if NAMED not in person["email"].lower()]


def test_the_search_finds_what_was_left(anna):
    places = {*found(NAMED), *found(SAID)}
    assert places >= LEFT_IN
    assert {"dump of events_event", "dump of procrastinate_jobs", "dump of egress_egressevent", "logs"}.isdisjoint(
        places
    )


def test_nothing_is_left_of_whoever_is_erased(northwind, anna, caplog):
    caplog.set_level(logging.DEBUG)
    with account_scope(northwind.id):
        hers = list(Ticket.objects.filter(requester=anna).values_list("pk", flat=True))
        events = Event.objects.count()
    erase(northwind)
    assert found(NAMED) == {}
    assert found(SAID) == {}
    with account_scope(northwind.id):
        [letter] = Recipient.objects.filter(WITH_LETTER)
        assert ADDRESSES[0].lower() in letter.identifiers["addresses"], (
            "the service can still be told, and nobody can read it"
        )
    assert NAMED not in caplog.text.lower()
    assert SAID not in caplog.text.lower()
    with account_scope(northwind.id):
        assert not AutomaticAnswer.objects.filter(correspondent__in=[hashed(a) for a in ADDRESSES]).exists()
        assert not Event.objects.filter(object_id__in=[*hers, anna.pk], changes__isnull=False).exists()
        assert Event.objects.count() >= events, "what happened stays counted"
        assert list(faults()) == []
    assert set(found(str(anna.pk))) == {"ledger"}, "an id that leads nowhere stays where the erasure is repeated from"
    assert Arrival.objects.count() in {0, 1}, "an entry without its mail is passed over by the intake"


def test_others_stay_as_they_were(northwind, contoso, anna):
    before = of_farah(northwind)
    erase(northwind)
    assert of_farah(northwind) == before
    with account_scope(northwind.id):
        tombstone = Message.objects.get(findings={"erased": True})
        assert (tombstone.contact_id, tombstone.body_text) == (None, "")
        assert Contact.objects.filter(name="Farah Nasser").exists()


def test_tickets_stay_without_the_person(northwind, anna):
    with account_scope(northwind.id):
        tickets, messages = Ticket.objects.count(), Message.objects.count()
        entries = SearchEntry.objects.count()
    done = erase(northwind, keeps_tickets=True)
    assert found(NAMED) == {}
    assert "dump of tickets_message" in found(SAID)
    with account_scope(northwind.id):
        assert (Ticket.objects.count(), Message.objects.count()) == (tickets, messages)
        assert SearchEntry.objects.count() == entries
        kept = Contact.objects.get(pk=anna.pk)
        assert (kept.name, kept.language, kept.addresses.count()) == ("", "", 0)
    assert '"of":"person_without_tickets"' in done.certificate


def test_whoever_writes_again_is_somebody_new(northwind, support_mail, anna):
    erase(northwind)
    [came] = receive(support_mail, written(support_mail.address, sender=f"Anna <{ADDRESSES[0]}>"))
    assert came.message.ticket.requester_id != anna.pk
