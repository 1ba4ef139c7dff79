"""A mail to a privacy address is a request; one that may be a request elsewhere is pointed out."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from steward.channels.email.privacy_addresses import make_privacy_address
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.notifications.account_models import AccountNotice
from steward.privacy.requests import telling
from steward.privacy.requests.actions import NotedAlready, answer, open_request_in, refuse
from steward.privacy.requests.hints import RULED_OUT, SUSPECTED
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.scope import account_scope
from steward.testing import letters
from steward.testing.jobs import run_jobs
from steward.testing.letters import outgoing_mails, written
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

FORGET = "Please delete all of my personal data."
ARRIVED = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def private(support_mail):
    """`support@`, at which people ask for their rights, too."""
    with account_scope(support_mail.account_id):
        make_privacy_address(support_mail, is_on=True, actor=SYSTEM)
    return support_mail


def receive(*arguments, **named):
    """Mails that came in, and were looked at."""
    came = letters.receive(*arguments, **named)
    run_jobs("requests.look")
    return came


def requests_of(account):
    with account_scope(account.id):
        return list(PrivacyRequest.objects.select_related("subject", "ticket").order_by("id"))


def pointed_out(account):
    """What was said of mails that may be requests."""
    with account_scope(account.id):
        hints = Event.objects.filter(kind__in=[SUSPECTED, RULED_OUT]).order_by("id")
        return [(event.kind.rpartition(".")[2], (event.changes or {}).get("type")) for event in hints]


class TestAPrivacyAddress:
    def test_what_is_written_to_it_is_a_request_from_its_arrival(self, northwind, ada, eli, private, stop_clock):
        stop_clock(ARRIVED)
        [came] = receive(private, written(private.address, text=FORGET))
        stop_clock(ARRIVED + timedelta(days=3))
        [request] = requests_of(northwind)
        assert (request.type, request.channel, request.state) == ("erase", "mail", "received")
        assert (request.received_at, request.due_at) == (ARRIVED, datetime(2026, 4, 11, tzinfo=UTC))
        assert (request.subject, request.address, request.words.strip()) == (eli, "eli@example.org", FORGET)
        assert request.ticket_id == came.message.ticket_id
        with account_scope(northwind.id):
            notice = AccountNotice.objects.get(membership=ada)
            steps = Event.objects.filter(object_id=request.pk).order_by("id").values_list("kind", flat=True)
            assert list(steps) == ["privacy_request.received", "privacy_request.announced"]
        assert (notice.kind, notice.page) == ("privacy_request.announced", "privacy-requests")
        mail = next(each for each in outgoing_mails(private) if each.row.envelope_to == [ada.user.email])
        assert f"/privacy/requests/{request.pk}" in mail.read.get_body(("plain",)).get_content()
        assert "Eli" not in str(mail.read), "it names nobody"

    def test_what_is_not_said_plainly_is_one_whose_kind_is_not_said(self, northwind, private):
        receive(private, written(private.address, sender="new@example.org", text="I wonder what you know."))
        [request] = requests_of(northwind)
        assert (request.type, request.subject.name) == ("unsaid", "")

    def test_what_no_human_wrote_is_none(self, northwind, private):
        receive(private, written(private.address, text=FORGET, headers={"Auto-Submitted": "auto-replied"}))
        assert requests_of(northwind) == []

    def test_what_follows_in_the_ticket_is_about_the_same_one(self, northwind, private, stop_clock):
        stop_clock(ARRIVED)
        receive(private, written(private.address, message_id="one@example.org", text=FORGET))
        stop_clock(ARRIVED + timedelta(hours=1))
        receive(private, written(private.address, in_reply_to="one@example.org", text=f"Again: {FORGET}"))
        [request] = requests_of(northwind)
        assert pointed_out(northwind) == []
        with account_scope(northwind.id):
            refuse(request, reason=PrivacyRequest.Refusal.CLAIMS, words="A suit.", actor=SYSTEM)
        stop_clock(ARRIVED + timedelta(hours=2))
        receive(private, written(private.address, in_reply_to="one@example.org", text="Thank you."))
        assert pointed_out(northwind) == []
        receive(private, written(private.address, in_reply_to="one@example.org", text=f"Once more: {FORGET}"))
        assert len(requests_of(northwind)) == 1
        assert pointed_out(northwind) == [("suspected", "erase")]

    def test_in_a_ticket_that_goes_on_only_what_plainly_asks_is_one(self, northwind, support_mail, stop_clock):
        stop_clock(ARRIVED)
        receive(support_mail, written(support_mail.address, message_id="one@example.org"))
        with account_scope(northwind.id):
            make_privacy_address(support_mail, is_on=True, actor=SYSTEM)
        for hours, text, number in ((1, "Thank you.", 0), (2, FORGET, 1), (3, "Well?", 1)):
            stop_clock(ARRIVED + timedelta(hours=hours))
            receive(support_mail, written(support_mail.address, in_reply_to="one@example.org", text=text))
            assert len(requests_of(northwind)) == number
        [request] = requests_of(northwind)
        assert request.received_at == ARRIVED + timedelta(hours=2)

    def test_who_floods_it_does_not_flood_owners_with_mail(self, northwind, ada, private, stop_clock, monkeypatch):
        monkeypatch.setattr(telling, "MOST_MAILS", 2)
        stop_clock(ARRIVED)
        for number in range(4):
            receive(private, written(private.address, sender=f"{number}@example.org", text=FORGET))
        assert len(requests_of(northwind)) == 4

        def told():
            mails = [mail for mail in outgoing_mails(private) if mail.row.purpose == telling.PURPOSE]
            return len([mail for mail in mails if mail.row.envelope_to == [ada.user.email]])

        assert told() == 2
        with account_scope(northwind.id):
            assert AccountNotice.objects.filter(membership=ada).count() == 4, "the bell tells of all"
        stop_clock(ARRIVED + telling.WINDOW)
        receive(private, written(private.address, sender="later@example.org", text=FORGET))
        assert told() == 3

    @pytest.mark.parametrize("is_on", [True, False])
    def test_who_asks_gets_a_receipt_where_the_account_answers_automatically(self, northwind, private, is_on):
        with account_scope(northwind.id):
            private.answers_automatically, private.automatic_text = is_on, "We are at lunch."
            private.save()
        receive(
            private,
            written(
                private.address,
                text="Proszę o usunięcie wszystkich moich danych osobowych, bo już nie jestem klientem.",
            ),
        )
        receipts = [mail for mail in outgoing_mails(private) if mail.row.purpose == "automatic answer"]
        assert len(receipts) == is_on
        for mail in receipts:
            assert (mail.row.envelope_from, mail.read["Auto-Submitted"]) == ("", "auto-replied")
            text = mail.read.get_body(("plain",)).get_content()
            assert "w ciągu miesiąca" in text.replace("\n", " "), "in the language they wrote in"
            assert "lunch" not in text


@pytest.mark.django_db(transaction=True)
def test_of_two_who_note_a_request_at_once_one_does(northwind, eli):
    with account_scope(northwind.id):
        ticket = make_ticket(eli)
    said = []

    def note():
        try:
            with account_scope(northwind.id):
                open_request_in(Ticket.objects.get(pk=ticket.pk), None, actor=SYSTEM)
        except NotedAlready:
            said.append("noted already")
        finally:
            connection.close()

    other = Thread(target=note)
    with account_scope(northwind.id):
        open_request_in(ticket, None, actor=SYSTEM)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "it waits for the first one"
    other.join()
    assert said == ["noted already"]
    assert len(requests_of(northwind)) == 1


class TestAnyOtherAddress:
    def test_a_mail_that_may_be_a_request_is_pointed_out_and_is_none(self, northwind, support_mail):
        receive(support_mail, written(support_mail.address, subject="GDPR request", text="As you know."))
        assert requests_of(northwind) == []
        assert pointed_out(northwind) == [("suspected", "unsaid")]
        receive(support_mail, written(support_mail.address, message_id="two@example.org"))
        assert len(pointed_out(northwind)) == 1

    def test_the_subject_counts_once(self, northwind, support_mail, stop_clock):
        stop_clock(ARRIVED)
        receive(support_mail, written(support_mail.address, message_id="one@example.org", subject=FORGET, text="x"))
        stop_clock(ARRIVED + timedelta(hours=1))
        receive(
            support_mail, written(support_mail.address, in_reply_to="one@example.org", subject=FORGET, text="Well?")
        )
        assert len(pointed_out(northwind)) == 1

    @pytest.mark.parametrize(("who", "told"), [("ada", False), ("ben", True)])
    def test_one_button_makes_it_a_request_from_its_arrival(
        self, request, client_of, northwind, support_mail, stop_clock, who, told
    ):
        stop_clock(ARRIVED)
        [came] = receive(support_mail, written(support_mail.address, text=FORGET))
        stop_clock(ARRIVED + timedelta(days=2))
        browser = client_of(request.getfixturevalue(who))
        address = f"/console/tickets/{came.message.ticket.code}"
        page = browser.get(address).content.decode()
        assert "This may be a privacy request" in page
        assert browser.post(f"{address}/privacy-request").status_code == 303
        [noted] = requests_of(northwind)
        assert (noted.type, noted.received_at, noted.ticket_id) == ("erase", ARRIVED, came.message.ticket_id)
        page = browser.get(address).content.decode()
        assert "This may be a privacy request" not in page
        assert "days left" in page, "whoever sees the ticket sees the clock"
        assert (str(noted.pk) in page) is not told, "the page of the request is for those who answer"
        with account_scope(northwind.id):
            assert AccountNotice.objects.filter(kind="privacy_request.announced").exists() is told
        browser.post(f"{address}/privacy-request")
        assert len(requests_of(northwind)) == 1

    def test_it_is_said_to_be_none_and_comes_back_with_another_mail(self, client_of, ben, northwind, support_mail):
        [came] = receive(support_mail, written(support_mail.address, message_id="one@example.org", text=FORGET))
        bens, address = client_of(ben), f"/console/tickets/{came.message.ticket.code}"
        assert bens.post(f"{address}/privacy-request", {"answer": "none"}).status_code == 303
        assert pointed_out(northwind) == [("suspected", "erase"), ("ruled_out", None)]
        page = bens.get(address).content.decode()
        assert "This may be a privacy request" not in page
        assert "said that it is no privacy request" in page
        receive(support_mail, written(support_mail.address, in_reply_to="one@example.org", text=FORGET))
        assert "This may be a privacy request" in bens.get(address).content.decode()
        assert requests_of(northwind) == []

    def test_a_solver_notes_what_was_not_pointed_out(self, client_of, ben, northwind, support_mail):
        [came] = receive(support_mail, written(support_mail.address, text="Do you know me?"))
        bens, address = client_of(ben), f"/console/tickets/{came.message.ticket.code}"
        assert "This is a privacy request" in bens.get(address).content.decode()
        bens.post(f"{address}/privacy-request")
        [noted] = requests_of(northwind)
        assert (noted.type, noted.words.strip()) == ("unsaid", "Do you know me?")

    def test_what_is_answered_does_not_hide_what_is_asked_anew(
        self, client_of, ada, northwind, support_mail, stop_clock
    ):
        stop_clock(ARRIVED)
        [came] = receive(support_mail, written(support_mail.address, message_id="one@example.org", text=FORGET))
        adas, address = client_of(ada), f"/console/tickets/{came.message.ticket.code}"
        adas.post(f"{address}/privacy-request")
        with account_scope(northwind.id):
            answer(PrivacyRequest.objects.get(), actor=SYSTEM)
        stop_clock(ARRIVED + timedelta(hours=1))
        with account_scope(northwind.id):
            Ticket.objects.update(status="open")
        receive(
            support_mail, written(support_mail.address, in_reply_to="one@example.org", text="Delete my data again.")
        )
        assert "This may be a privacy request" in adas.get(address).content.decode()
