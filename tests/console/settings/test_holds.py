"""Settings: legal holds. What is held is named wherever it is refused, and an end has a reason."""

import re

import pytest

from steward.contacts.models import Contact
from steward.contacts.restriction import restrict_contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.privacy.holds.models import LegalHold
from steward.testing.tickets import make_ticket

LIST = "/console/settings/privacy/holds"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def asked(ada):
    """What the form is sent with."""
    return {"on": "ticket", "ticket": "", "email": "", "basis": "claims", "until": "", "approved_by": str(ada.pk)}


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


class TestPlacing:
    def test_on_a_ticket(self, adas, bens, inside, asked, eli, ada, ben):
        ticket = make_ticket(eli)
        form = asked | {"ticket": ticket.code.lower(), "basis": "legal_duty"}
        assert adas.post(f"{LIST}/new", form).status_code == 303
        hold = inside(LegalHold.objects.get)
        assert (hold.on, hold.object_id, hold.basis, hold.until) == ("ticket", ticket.pk, "legal_duty", None)
        assert (hold.placed_by_id, hold.approved_by_id) == (ada.pk, ada.pk)
        page = text_of(adas.get(LIST))
        assert ticket.code in page
        assert "A duty by law" in page
        assert "until it is lifted" in page
        about = text_of(bens.get(f"/console/tickets/{ticket.code}"))
        assert "A legal hold keeps the ticket until it is lifted. Ground: A duty by law" in about
        assert "Place a legal hold" not in about
        assert "Place a legal hold" in text_of(adas.get(f"/console/tickets/{ticket.code}"))

    def test_on_a_customer(self, adas, bens, inside, asked, eli, clock):
        clock()
        ticket = make_ticket(eli)
        form = asked | {"on": "contact", "email": "ELI@example.org", "until": "2030-03-31"}
        assert adas.post(f"{LIST}/new", form).status_code == 303
        hold = inside(LegalHold.objects.get)
        assert (hold.on, hold.object_id) == ("contact", eli.pk)
        assert "eli@example.org" in text_of(adas.get(LIST)).lower()
        assert "keeps what a customer wrote until" in text_of(bens.get(f"/console/tickets/{ticket.code}"))

    def test_on_the_account(self, adas, inside, asked, northwind, eli, bens):
        adas.post(f"{LIST}/new", asked | {"on": "account"})
        assert inside(LegalHold.objects.get).object_id == northwind.id
        ticket = make_ticket(eli)
        assert "keeps the whole account" in text_of(bens.get(f"/console/tickets/{ticket.code}"))

    def test_on_a_department_and_on_a_period(self, adas, bens, inside, asked, eli, support, clock):
        clock()
        ticket = make_ticket(eli, department=support)
        adas.post(f"{LIST}/new", asked | {"on": "department", "department": str(support.pk)})
        adas.post(f"{LIST}/new", asked | {"on": "period", "first": "2026-03-01", "last": "2026-03-31"})
        of_department, of_period = inside(lambda: list(LegalHold.objects.order_by("placed_at", "id")))
        assert (of_department.on, of_department.object_id) == ("department", support.pk)
        assert (of_period.ends_at - of_period.begins_at).days == 31
        page = text_of(adas.get(LIST))
        assert f"A department {support.name} 1" in page
        assert "A period 1 March 2026 to 31 March 2026 1" in page
        about = text_of(bens.get(f"/console/tickets/{ticket.code}"))
        assert "keeps the tickets of a department until it is lifted" in about
        assert "keeps the tickets of a period (1 March 2026 to 31 March 2026) until it is lifted" in about

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"on": "department", "department": ""}, "Choose a department."),
            ({"on": "department", "department": "x"}, "Select a valid choice"),
            ({"on": "period"}, "Write the first day of the period, or the last, or both."),
            ({"on": "period", "first": "2026-02-01", "last": "2026-01-31"}, "The last day is before the first."),
            ({"on": "period", "first": "0026-02-01"}, "Write years from 1900 on."),
            ({"on": "period", "last": "9999-12-31"}, "Write years from 1900 on."),
            ({"ticket": "XXX-1"}, "There is no such ticket."),
            ({"ticket": ""}, "There is no such ticket."),
            ({"on": "contact", "email": "nobody@example.org"}, "Nobody here has this address."),
            ({"on": "contact", "email": ""}, "Nobody here has this address."),
            ({"on": "account", "until": "2020-01-01"}, "Choose a day to come"),
            ({"on": "account", "until": "9999-12-31"}, "Choose a day to come"),
            ({"on": "account", "basis": "x"}, "Select a valid choice"),
        ],
    )
    def test_what_cannot_be_held_keeps_what_was_typed(self, adas, inside, asked, wrong, words):
        answer = adas.post(f"{LIST}/new", asked | wrong)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert inside(LegalHold.objects.exists) is False

    def test_a_link_says_on_what(self, adas):
        assert 'value="KXQ-1"' in adas.get(f"{LIST}/new?ticket=KXQ-1").content.decode()
        both = adas.get(f"{LIST}/new?ticket=KXQ-1&email=eli@example.org").content.decode()
        assert 'value="ticket" selected' in both
        assert 'value="contact" selected' in adas.get(f"{LIST}/new?email=eli@example.org").content.decode()

    def test_only_who_may_place_it_approves_it(self, adas, asked, ben, inside):
        answer = adas.post(f"{LIST}/new", asked | {"on": "account", "approved_by": str(ben.pk)})
        assert answer.status_code == 422
        assert inside(LegalHold.objects.exists) is False


class TestLifting:
    def test_with_a_reason(self, adas, inside, asked, ada):
        adas.post(f"{LIST}/new", asked | {"on": "account"})
        hold = inside(LegalHold.objects.get)
        url = f"{LIST}/{hold.pk}/lifting"
        assert "The whole account" in text_of(adas.get(url))
        assert adas.post(url, {"because": "x"}).status_code == 422
        assert adas.post(url, {"because": "mistake"}).status_code == 303
        lifted = inside(LegalHold.objects.get)
        assert (lifted.lifted_because, lifted.lifted_by_id) == ("mistake", ada.pk)
        event = inside(lambda: Event.objects.get(kind="hold.lifted"))
        assert event.changes["reason"] == "mistake"
        page = text_of(adas.get(LIST))
        assert "No legal hold is in force." in page
        assert "It was placed by mistake" in page

    def test_that_of_a_restriction_ends_with_it_and_only_when_the_person_was_told(self, adas, inside, eli):
        inside(lambda: restrict_contact(eli, Contact.Ground.CONTESTED, actor=SYSTEM))
        url = f"{LIST}/{inside(LegalHold.objects.get).pk}/lifting"
        assert "was told that the restriction ends" in text_of(adas.get(url))
        assert adas.post(url, {"because": "over"}).status_code == 422
        assert inside(LegalHold.objects.get).lifted_at is None
        assert adas.post(url, {"told": "on"}).status_code == 303
        assert inside(LegalHold.objects.get).lifted_because == "asked"
        inside(eli.refresh_from_db)
        assert not eli.is_restricted


class TestWhoMay:
    def test_owners_and_admins_only(self, adas, client_of, ben, zoe, asked, inside):
        adas.post(f"{LIST}/new", asked | {"on": "account"})
        url = f"{LIST}/{inside(LegalHold.objects.get).pk}/lifting"
        for path in (LIST, f"{LIST}/new", url):
            assert client_of(ben).get(path).status_code == 403
        assert client_of(ben).post(url, {"because": "over"}).status_code == 403
        assert client_of(zoe).get(url).status_code == 404
        assert client_of(zoe).post(url, {"because": "over"}).status_code == 404
        assert "No legal hold is in force." in text_of(client_of(zoe).get(LIST))
        assert inside(LegalHold.objects.get).lifted_at is None
        assert adas.get(f"{LIST}/{new_id()}/lifting").status_code == 404

    def test_tickets_and_people_of_other_accounts_are_not_found(self, client_of, zoe, asked, eli, inside):
        ticket = make_ticket(eli)
        stranger = client_of(zoe)
        for wrong in ({"ticket": ticket.code}, {"on": "contact", "email": "eli@example.org"}):
            assert stranger.post(f"{LIST}/new", asked | {"approved_by": str(zoe.pk)} | wrong).status_code == 422
        assert inside(LegalHold.objects.exists) is False

    def test_wrong_methods_and_nobody(self, adas, visitor_at, northwind):
        assert adas.post(LIST).status_code == 405
        assert visitor_at(northwind).get(LIST).status_code == 302
