"""Customers of whom nothing else is here, and requests that were closed long ago: they go by rules of their own."""

import json

import pytest

from steward.channels.email.models import RawMail
from steward.contacts.actions import contact_for
from steward.contacts.models import Contact, ContactAddress
from steward.contacts.restriction import object_to_mail, restrict_contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.erasure.ledger import entries
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.recipients.models import WITH_LETTER, Recipient
from steward.privacy.requests.actions import NewRequest, open_request
from steward.privacy.requests.actions.dropping import drop_requests
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.retention.actions import RuleRefused, apply_rule, applying, change_rule, make_rule
from steward.privacy.retention.forecasting import forecast
from steward.privacy.retention.models import Kind, RetentionRun, Since
from steward.privacy.retention.selecting import deciding_rules, due
from steward.privacy.retention.tasks import apply_everywhere
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.request_samples import closed_request
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.actions.purging import purge_tickets
from steward.tickets.models import Draft, Message, Ticket
from steward.tickets.statuses import Status

DAY = 24 * 60  # minutes, as `clock` takes them


def switched_on(kind, *, days=30):
    since = Since.ALONE if kind == Kind.CONTACTS else Since.CLOSING
    rule = make_rule(kind, days=days, since=since, actor=SYSTEM)
    change_rule(rule, {"is_on": True}, actor=SYSTEM)
    return rule


def due_now(account, rule):
    with account_scope(account.id):
        return set(due(rule, deciding_rules()))


def a_night():
    apply_everywhere()
    run_jobs()


def purge(account, ticket):
    with account_scope(account.id):
        Ticket.objects.filter(pk=ticket.pk).update(status=Status.DELETED)
        purge_tickets([ticket.pk], actor=SYSTEM)
    run_jobs("erasure.run")


@pytest.fixture
def of_contacts(northwind):
    with account_scope(northwind.id):
        return switched_on(Kind.CONTACTS)


@pytest.mark.django_db(transaction=True)
class TestCustomers:
    def test_who_lost_their_last_ticket_goes_with_a_certificate(self, northwind, eli, farah, clock, of_contacts):
        clock()
        with account_scope(northwind.id):
            address = ContactAddress.objects.get(contact=eli).folded
        make_message(make_ticket(farah))
        ticket = make_ticket(eli)
        clock(40 * DAY)
        purge(northwind, ticket)
        a_night()
        assert due_now(northwind, of_contacts) == set(), "it counts from the night in which it was seen"
        clock(70 * DAY)
        with account_scope(northwind.id):
            told = forecast(of_contacts)
            assert (told.number, told.held, told.sample) == (1, 0, [eli])
        a_night()
        with account_scope(northwind.id):
            assert list(Contact.objects.all()) == [farah]
            assert not ContactAddress.objects.filter(folded=address).exists()
            run = RetentionRun.objects.get(kind=Kind.CONTACTS)
            erasure = Erasure.objects.get(pk__in=run.erasures)
            assert (run.number, erasure.state, erasure.erased["contacts.contacts"]) == (1, "done", 1)
            assert (erasure.of, json.loads(erasure.certificate)["of"]) == ("customers", "customers")
            assert not Recipient.objects.filter(WITH_LETTER).exists(), "no letter names them"
            assert [e.contacts for e in entries() if e.erasure == str(erasure.pk)] == [(str(eli.pk),)]

    def test_who_writes_again_is_not_alone_any_more(self, northwind, eli, clock, of_contacts):
        clock()
        a_night()
        clock(29 * DAY)
        ticket = make_ticket(eli)
        clock(30 * DAY)
        assert eli not in due_now(northwind, of_contacts), "though no night has seen it"
        a_night()
        purge(northwind, ticket)
        a_night()
        clock(31 * DAY)
        a_night()
        with account_scope(northwind.id):
            assert Contact.objects.filter(pk=eli.pk).exists(), "counted anew"

    def test_who_is_named_in_a_ticket_that_is_held_stays_and_keeps_nobody_back(
        self, northwind, eli, farah, clock, of_contacts, billing, monkeypatch
    ):
        monkeypatch.setitem(applying.BATCH, Kind.CONTACTS, 1)
        clock()
        with account_scope(northwind.id):
            other = contact_for("gita@example.org")
        make_ticket(farah, department=billing)
        a_night()
        clock(31 * DAY)
        with account_scope(northwind.id):
            Message.objects.update(recipients={"cc": [{"email": "Eli@example.org", "name": "Eli"}]})
            hold = place_hold(LegalHold.On.DEPARTMENT, billing.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        a_night()
        with account_scope(northwind.id):
            assert set(Contact.objects.all()) == {eli, farah}, f"{other.pk} went, though after who is kept"
            lift_hold(hold, actor=SYSTEM)
        a_night()
        with account_scope(northwind.id):
            assert set(Contact.objects.all()) == {farah}

    def test_who_writes_or_is_written_to_in_this_moment_stays(self, northwind, eli, farah, ada, clock, of_contacts):
        clock()
        a_night()
        clock(31 * DAY)
        with account_scope(northwind.id):
            RawMail.objects.create(
                source="smtp", source_key="1", received_at=now(), size=1, content=b"x", body_digest=b"",
                envelope_from="Eli@example.org",
            )  # fmt: skip
            Draft.objects.create(author=ada, to="Farah <farah@example.net>", saved_at=now(), mark=new_id())
            assert due_now(northwind, of_contacts) == {eli, farah}
        assert apply_rule(northwind.id, of_contacts.pk) is None
        with account_scope(northwind.id):
            assert (Contact.objects.count(), RawMail.objects.count(), Draft.objects.count()) == (2, 1, 1)
            RawMail.objects.update(state=RawMail.State.REFUSED)
        assert apply_rule(northwind.id, of_contacts.pk).number == 1

    def test_who_has_something_here_or_is_kept_for_a_reason_stays(self, northwind, eli, farah, clock, of_contacts):
        clock()
        a_night()
        clock(60 * DAY)
        with account_scope(northwind.id):
            assert due_now(northwind, of_contacts) == {eli, farah}
            hold = place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
            assert due_now(northwind, of_contacts) == {farah}
            assert (forecast(of_contacts).held, forecast(of_contacts).holds) == (1, [hold])
            lift_hold(hold, actor=SYSTEM)
            restrict_contact(eli, Contact.Ground.CLAIMS, actor=SYSTEM)
            object_to_mail(farah, actor=SYSTEM)
            assert due_now(northwind, of_contacts) == set()
            Contact.objects.update(objected_at=None)
            assert due_now(northwind, of_contacts) == set(), "something happened in these days"
        clock(91 * DAY)
        with account_scope(northwind.id):
            assert due_now(northwind, of_contacts) == {farah}
            closed_request(farah)
            assert due_now(northwind, of_contacts) == set(), "the request says who asked"


class TestRequests:
    def test_closed_ones_go_and_erasures_that_are_done_stay_as_proof(self, northwind, eli, farah, clock, billing):
        clock()
        with account_scope(northwind.id):
            rule = switched_on(Kind.REQUESTS)
            closed, refused = closed_request(eli), closed_request(eli, type_="erase", state="refused")
            stay = [closed_request(eli, type_="erase"), closed_request(farah, state="live_done")]
            held = {closed_request(farah), came_by_mail := closed_request(eli)}
            PrivacyRequest.objects.filter(pk=came_by_mail.pk).update(ticket=make_ticket(eli, department=billing))
            for on, key in ((LegalHold.On.CONTACT, farah.pk), (LegalHold.On.DEPARTMENT, billing.pk)):
                place_hold(on, key, basis=LegalHold.Basis.LEGAL_DUTY, actor=SYSTEM)
        clock(30 * DAY, seconds=-1)
        assert due_now(northwind, rule) == set()
        clock(30 * DAY)
        with account_scope(northwind.id):
            told = forecast(rule)
            assert (told.number, told.held, set(told.sample)) == (2, 2, {closed, refused})
            assert [each.object_id for each in told.holds] == [farah.pk, billing.pk]
        run = apply_rule(northwind.id, rule.pk)
        assert (run.kind, run.number, run.erasures) == ("requests", 2, [])
        assert apply_rule(northwind.id, rule.pk) is None
        with account_scope(northwind.id):
            assert set(PrivacyRequest.objects.all()) == {*stay, *held}

    def test_what_their_events_said_goes_with_them(self, northwind, eli):
        with account_scope(northwind.id):
            asked = NewRequest(PrivacyRequest.Type.ACCESS, PrivacyRequest.Channel.AGENT, now(), subject=eli)
            request = open_request(asked, actor=SYSTEM)
            assert drop_requests([request.pk]) == 0, "it is open"
            PrivacyRequest.objects.update(state="closed", closed_at=now())
            assert drop_requests([request.pk]) == 1
            assert Event.objects.filter(object_id=request.pk).exists()
            assert not Event.objects.filter(object_id=request.pk, changes__isnull=False).exists()


@pytest.mark.parametrize(
    ("kind", "since", "where"),
    [
        (Kind.CONTACTS, Since.ACTIVITY, {}),
        (Kind.REQUESTS, Since.ALONE, {}),
        (Kind.CONTACTS, Since.ALONE, {"status": "closed"}),
        (Kind.REQUESTS, Since.CLOSING, {"channel": "email"}),
    ],
)
def test_they_are_in_no_ticket(northwind, kind, since, where):
    with account_scope(northwind.id), pytest.raises(RuleRefused):
        make_rule(kind, days=30, since=since, actor=SYSTEM, **where)
