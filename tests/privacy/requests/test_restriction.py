"""A person whose data are restricted: they are kept, and nothing is done with them (GDPR article 18)."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.contacts.actions import contact_for
from steward.contacts.models import Contact
from steward.contacts.rectifying import AddressTaken, Correction, rectify_contact
from steward.contacts.restriction import (
    lift_restriction,
    object_to_mail,
    objected_among,
    restrict_contact,
    withdraw_objection,
)
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail
from steward.outbox.restriction import is_about_restricted
from steward.people.access import actor_of
from steward.privacy.egress.models import EgressEvent
from steward.privacy.erasure.actions import plan_erasure
from steward.privacy.holds.actions import Held, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.actions import NewRequest, fulfil_restriction, open_request
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.letters import outgoing_mails, receive, written
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.actions import close_resolved_tickets, compose_ticket, reply_to_ticket
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent
from steward.tickets.models import Ticket, TicketRules
from steward.tickets.restriction import Restricted, may_write, refuse_changing, restricted_tickets

Ground = Contact.Ground
RECEIVED = datetime(2026, 3, 10, 12, tzinfo=UTC)
ELI = Correspondent("Eli", "eli@example.org")


@pytest.fixture
def restricted(northwind, eli):
    """Eli's data are restricted."""
    with account_scope(northwind.id):
        restrict_contact(eli, Ground.CLAIMS, actor=SYSTEM)
    return eli


def kinds_of(contact):
    return list(Event.objects.filter(object_id=contact.pk).order_by("id").values_list("kind", flat=True))


def test_it_waits_for_erasures_before_it_takes_a_row_that_they_may_want(northwind, eli):
    with account_scope(northwind.id):
        new = NewRequest(PrivacyRequest.Type.RESTRICT, PrivacyRequest.Channel.MAIL, RECEIVED, subject=eli)
        request = open_request(new, actor=SYSTEM)
        PrivacyRequest.objects.filter(pk=request.pk).update(state=PrivacyRequest.State.APPROVED)
        assert waits_first(lambda: fulfil_restriction(request, Ground.CLAIMS, actor=SYSTEM))
        lift_restriction(eli, actor=SYSTEM)
        assert waits_first(lambda: restrict_contact(eli, Ground.CLAIMS, actor=SYSTEM))


def waits_first(work):
    with CaptureQueriesContext(connection) as asked:
        work()
    said = [each["sql"] for each in asked.captured_queries]
    waits = next(place for place, sql in enumerate(said) if "pg_advisory_xact_lock(" in sql)
    return waits < min(place for place, sql in enumerate(said) if sql.startswith("UPDATE"))


def test_it_is_set_and_lifted_with_its_hold(northwind, eli):
    with account_scope(northwind.id):
        restrict_contact(eli, Ground.CLAIMS, actor=SYSTEM)
        assert (eli.is_restricted, eli.restricted_for) == (True, "claims")
        assert LegalHold.objects.in_force().get().basis == "restriction"
        with pytest.raises(Held):
            plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)
        restrict_contact(eli, Ground.CONTESTED, actor=SYSTEM)
        assert (eli.restricted_for, LegalHold.objects.count()) == ("contested", 1)
        lift_restriction(eli, actor=SYSTEM)
        lift_restriction(eli, actor=SYSTEM)
        assert (eli.is_restricted, eli.restricted_for) == (False, "")
        assert not LegalHold.objects.in_force().exists()
        assert kinds_of(eli) == ["contact.restricted", "contact.restricted", "contact.restriction_lifted"]


def test_another_hold_on_them_stays_when_it_is_lifted(northwind, restricted):
    with account_scope(northwind.id):
        place_hold(LegalHold.On.CONTACT, restricted.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        lift_restriction(restricted, actor=SYSTEM)
        assert [hold.basis for hold in LegalHold.objects.in_force()] == ["claims"]


def test_no_automatic_answer_goes_to_them(support_mail, restricted, farah):
    with account_scope(support_mail.account_id):
        support_mail.answers_automatically = True
        support_mail.save()
    receive(support_mail, written(support_mail.address))
    assert outgoing_mails(support_mail) == []
    receive(support_mail, written(support_mail.address, sender="farah@example.net"))
    assert [mail.row.envelope_to for mail in outgoing_mails(support_mail)] == [["farah@example.net"]]


def test_an_agent_writes_to_them_only_in_answer_to_their_request(northwind, restricted, ada, support):
    ticket = make_ticket(restricted)
    with account_scope(northwind.id):
        for write in (
            lambda: reply_to_ticket(ticket, Writing("x"), author=ada, actor=actor_of(ada), to=[ELI]),
            lambda: compose_ticket(support, Writing("x"), subject="x", author=ada, actor=actor_of(ada), to=[ELI]),
        ):
            with pytest.raises(Restricted):
                write()
        assert not may_write(ticket)
        asked = NewRequest(PrivacyRequest.Type.ACCESS, PrivacyRequest.Channel.MAIL, now(), restricted, ticket=ticket)
        open_request(asked, actor=SYSTEM)
        assert may_write(ticket)
        reply_to_ticket(ticket, Writing("x"), author=ada, actor=actor_of(ada), to=[ELI])


def test_nobody_writes_to_them_in_the_ticket_of_somebody_else(northwind, restricted, farah, ada):
    ticket = make_ticket(farah)
    to = Correspondent("Farah", "farah@example.net")
    with account_scope(northwind.id), pytest.raises(Restricted):
        reply_to_ticket(ticket, Writing("x"), author=ada, actor=actor_of(ada), to=[to], cc=[ELI])


def test_mail_that_waits_is_refused_where_it_leaves_and_goes_when_it_is_lifted(
    northwind, eli, ada, run_jobs, settings, support_mail
):
    make_reply(make_ticket(eli), ada)
    run_jobs("email.send")
    with account_scope(northwind.id):
        mail = OutgoingMail.objects.get()
        assert not is_about_restricted(mail)
        restrict_contact(eli, Ground.UNLAWFUL, actor=SYSTEM)
        assert is_about_restricted(mail)
    settings.STEWARD_DEMO = True
    run_jobs("outbox.deliver")
    with account_scope(northwind.id):
        mail.refresh_from_db()
        assert (mail.state, mail.reason) == ("held", "denied:subject_restricted")
        lift_restriction(eli, actor=SYSTEM)
        assert not is_about_restricted(mail)


def test_their_tickets_do_not_close_by_themselves(northwind, restricted, farah, stop_clock):
    stop_clock(RECEIVED)
    kept, other = make_ticket(restricted), make_ticket(farah)
    with account_scope(northwind.id):
        rules, _made = TicketRules.objects.get_or_create()
        TicketRules.objects.filter(pk=rules.pk).update(closes_after_days=1)
        Ticket.objects.update(status="resolved", resolved_at=now())
    stop_clock(RECEIVED + timedelta(days=2))
    with account_scope(northwind.id):
        assert close_resolved_tickets() == 1
        kept.refresh_from_db(), other.refresh_from_db()
        assert (kept.status, other.status) == ("resolved", "closed")


def test_their_tickets_are_not_merged_and_no_name_is_taken_over(northwind, restricted):
    ticket = make_ticket(restricted)
    with account_scope(northwind.id):
        assert restricted_tickets([ticket.pk]) == {ticket.pk}
        with pytest.raises(Restricted):
            refuse_changing(ticket)
        Contact.objects.filter(pk=restricted.pk).update(name="")
        assert contact_for("eli@example.org", "Somebody").name == ""


def test_an_objection_is_to_direct_mail_only(northwind, eli, ada):
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        object_to_mail(eli, actor=SYSTEM)
        object_to_mail(eli, actor=SYSTEM)
        assert objected_among([eli.pk]) == {eli.pk}
        assert may_write(ticket)
        withdraw_objection(eli, actor=SYSTEM)
        assert objected_among([eli.pk]) == set()
        assert kinds_of(eli) == ["contact.objected", "contact.objection_withdrawn"]


def test_a_correction_tells_what_was_and_goes_with_the_person(northwind, eli):
    with account_scope(northwind.id):
        row = eli.addresses.get()
        right = Correction("Elias Berg", "da", {row.pk: "elias@example.org"})
        assert rectify_contact(eli, right, actor=SYSTEM) == 3
        event = Event.objects.get(object_id=eli.pk, kind="contact.rectified")
        assert event.changes["became"] == {"name": "Elias Berg", "language": "da", "addresses": ["elias@example.org"]}
        assert event.changes["was"]["addresses"] == ["eli@example.org"]
        assert rectify_contact(eli, right, actor=SYSTEM) == 0
        person = person_by_address("elias@example.org")
        assert plan_erasure(person.extent, actor=SYSTEM).planned["events.changes"] == 1


def test_a_correction_takes_nobodys_address(northwind, eli, farah):
    with account_scope(northwind.id):
        row = eli.addresses.get()
        with pytest.raises(AddressTaken):
            rectify_contact(eli, Correction("New", "", {row.pk: "farah@example.net"}), actor=SYSTEM)
        eli.refresh_from_db()
        assert eli.name != "New"


def test_another_accounts_person_of_the_same_address_is_not_restricted(northwind, contoso, restricted):
    with account_scope(contoso.id):
        other = contact_for("eli@example.org", "Eli")
        assert not other.is_restricted


@pytest.mark.django_db(transaction=True)
def test_the_gate_lets_no_byte_about_them_out(northwind, eli, ada, run_jobs, settings, support_mail):
    with socket.create_server(("127.0.0.1", 0)) as relay:
        port = relay.getsockname()[1]
        relay.settimeout(0.2)
        settings.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{port}"
        settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{port}"]
        ticket = make_ticket(eli)
        make_reply(ticket, ada)
        run_jobs("email.send")
        with account_scope(northwind.id):
            restrict_contact(eli, Ground.UNLAWFUL, actor=SYSTEM)
        run_jobs("outbox.deliver")
        with account_scope(northwind.id):
            mail = OutgoingMail.objects.get()
            assert (mail.state, mail.reason) == ("held", "denied:subject_restricted")
            refused = EgressEvent.objects.order_by("-at").first()
            assert (refused.is_allowed, refused.reason_code) == (False, "subject_restricted")
        with pytest.raises(TimeoutError):
            relay.accept()
