"""Support in the back office: asking for access, and looking while it lasts."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from steward.events.models import Read
from steward.people.models import OperatorAct
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import grant_access, offer_access, revoke_access
from steward.privacy.support_access.models import SupportGrant, SupportSession
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.browsing import client_of_operator
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

BASE = "/operator/accounts/northwind/support"
ASK = {"reason": "Mail of KXQ-1 is late", "areas": ["tickets", "customers"], "hours": "4", "only_me": "me"}


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def grants(account):
    with account_scope(account.id):
        return list(SupportGrant.objects.order_by("asked_at"))


class TestAsking:
    def test_it_is_asked_and_withdrawn(self, operator_client, northwind, contoso, olga):
        assert operator_client.post(BASE, ASK).status_code == 303
        [grant] = grants(northwind)
        assert (grant.state, grant.asked_by, grant.staff) == ("requested", olga.user_id, [olga.user_id])
        page = text_of(operator_client.get(BASE))
        assert "Mail of KXQ-1 is late" in page
        assert operator_client.post(f"/operator/accounts/contoso/support/{grant.pk}/withdrawal").status_code == 404
        assert operator_client.post(f"{BASE}/{grant.pk}/withdrawal").status_code == 303
        assert [one.state for one in grants(northwind)] == ["withdrawn"]
        acts = list(OperatorAct.objects.filter(act__startswith="support.").order_by("id").values_list("act", flat=True))
        assert [act for act in acts if act != "support.read"] == ["support.asked", "support.withdrawn"]

    def test_to_erase_is_a_box_of_its_own(self, operator_client, northwind, ada):
        operator_client.post(BASE, ASK | {"may_write": "on"})
        operator_client.post(BASE, ASK | {"may_erase": "on"})
        boxes = [(one.may_write, one.may_erase) for one in grants(northwind)]
        assert boxes == [(True, False), (False, True)]
        with account_scope(northwind.id):
            grant_access(grants(northwind)[1], by=Granter(ada), may_erase=True)
        running = text_of(operator_client.get(BASE)).partition("Ask for access")[0]
        assert "Erase customers and tickets and make words unreadable, for good" in running

    @pytest.mark.parametrize("wrong", [{"reason": " "}, {"areas": []}, {"areas": ["keys"]}, {"hours": "200"}])
    def test_what_cannot_be_asked_keeps_what_was_typed(self, operator_client, northwind, wrong):
        answer = operator_client.post(BASE, ASK | wrong)
        assert (answer.status_code, "data-error" in answer.content.decode()) == (422, True)
        assert grants(northwind) == []

    def test_in_a_suspended_account_is_nobody_to_ask(self, operator_client, northwind):
        Account.objects.filter(pk=northwind.pk).update(state="suspended")
        answer = operator_client.post(BASE, ASK)
        assert (answer.status_code, "nobody gets in who could grant this" in text_of(answer)) == (422, True)
        assert grants(northwind) == []

    def test_a_terminated_account_is_sealed(self, operator_client, northwind):
        for step in ("suspended", "terminated"):
            Account.objects.filter(pk=northwind.pk).update(state=step)
        assert operator_client.get(BASE).status_code == 200
        answer = operator_client.post(BASE, ASK)
        assert (answer.status_code, "its data are sealed" in text_of(answer)) == (422, True)

    def test_who_granted_it_is_not_named(self, operator_client, northwind, ada):
        operator_client.post(BASE, ASK)
        [grant] = grants(northwind)
        with account_scope(northwind.id):
            grant_access(grant, by=Granter(ada))
        page = text_of(operator_client.get(BASE))
        assert "Tickets" in page
        assert ada.name not in page


@pytest.fixture
def let_in(northwind, ada, inside_northwind):
    """`let_in(areas=[...], may_write=True)`: Northwind lets support look, for an hour."""

    def grant(areas=("tickets", "customers", "settings", "privacy"), **more):
        offered = {"reason": "Look", "areas": list(areas), "hours": 1} | more
        return inside_northwind(lambda: offer_access(by=Granter(ada), **offered))

    return grant


@pytest.fixture
def inside_northwind(northwind):
    def ask(question):
        with account_scope(northwind.id):
            return question()

    return ask


@pytest.fixture
def ticket(eli):
    return make_ticket(eli, subject="Where is my parcel", body="It is late since Monday.")


def test_nothing_is_shown_without_a_grant(operator_client, northwind, ticket, eli):
    for path in ("tickets", f"tickets/{ticket.code}", "customers", f"customers/{eli.pk}", "settings", "privacy"):
        answer = operator_client.get(f"{BASE}/{path}")
        assert (answer.status_code, "parcel" in answer.content.decode()) == (403, False), path
    assert operator_client.post(f"{BASE}/tickets/{ticket.code}/note", {"text": "Hm"}).status_code == 403


class TestLooking:
    def test_each_page_shows_what_the_grant_opens_and_leaves_one_entry(
        self, operator_client, let_in, ticket, eli, olga, inside_northwind, ada
    ):
        let_in()
        told = {
            "tickets": "Where is my parcel",
            f"tickets?q={ticket.code.lower()}": "Where is my parcel",
            f"tickets/{ticket.code}": "It is late since Monday.",
            "customers": "Eli",
            f"customers/{eli.pk}": "eli@example.org",
            "settings": ada.name,
            "privacy": "Nothing is held.",
        }
        for n, (path, words) in enumerate(told.items(), 1):
            answer = operator_client.get(f"{BASE}/{path}")
            assert (answer.status_code, words in text_of(answer)) == (200, True), path
            assert answer["Refresh"].endswith(f"; url={BASE}")
            assert re.search(r"You can look until .*\. (1 hour|59 minutes) left", text_of(answer))
            reads = inside_northwind(lambda: list(Read.objects.filter(actor_kind="staff", actor_id=olga.user_id)))
            assert len(reads) == n, path
        assert operator_client.get(f"{BASE}/tickets/XXX-1").status_code == 404
        assert operator_client.get(f"{BASE}/customers/{olga.user_id}").status_code == 404
        assert operator_client.get(f"{BASE}/tickets?q=nothing-like-it").status_code == 200

    def test_an_area_that_is_not_open_stays_shut(self, operator_client, let_in, ticket):
        let_in(areas=["settings"])
        page = text_of(operator_client.get(f"{BASE}/settings"))
        assert "Customers" not in page
        assert operator_client.get(f"{BASE}/tickets/{ticket.code}").status_code == 403

    def test_at_its_end_it_is_over_to_the_second(self, operator_client, let_in, ticket, olga, stop_clock):
        stop_clock(datetime.now(UTC))
        end = let_in().expires_at
        for moment, status in ((end - timedelta(seconds=1), 200), (end, 403)):
            stop_clock(moment)
            browser = client_of_operator(olga)
            assert browser.get(f"{BASE}/tickets/{ticket.code}").status_code == status
        assert "Before" in text_of(browser.get(BASE))

    def test_ended_by_the_account_it_is_over_at_once(self, operator_client, let_in, ticket, ada, inside_northwind):
        grant = let_in()
        assert operator_client.get(f"{BASE}/tickets").status_code == 200
        inside_northwind(lambda: revoke_access(grant, by=ada))
        answer = operator_client.get(f"{BASE}/tickets")
        assert (answer.status_code, "it was ended a moment ago" in text_of(answer)) == (403, True)

    def test_one_ends_ones_session(self, operator_client, let_in, inside_northwind):
        let_in()
        operator_client.get(f"{BASE}/tickets")
        for _again in range(2):
            assert operator_client.post(f"{BASE}/end").status_code == 303
        ended = inside_northwind(lambda: list(SupportSession.objects.values_list("ended_because", flat=True)))
        assert ended == ["closed"]


class TestWriting:
    def test_a_note_and_a_state(self, operator_client, let_in, ticket, inside_northwind, client_of, ada):
        let_in(may_write=True)
        page = f"{BASE}/tickets/{ticket.code}"
        assert operator_client.post(f"{page}/note", {"text": " "}).status_code == 422
        assert operator_client.post(f"{page}/note", {"text": "The server was slow."}).status_code == 303
        assert operator_client.post(f"{page}/state", {"status": "resolved"}).status_code == 303
        assert "The server was slow." in text_of(operator_client.get(page))
        assert inside_northwind(lambda: Ticket.objects.get(pk=ticket.pk)).status == "resolved"
        operator_client.post(f"{page}/state", {"status": "deleted"})
        assert inside_northwind(lambda: Ticket.objects.get(pk=ticket.pk)).status == "resolved"
        shown = text_of(client_of(ada).get(f"/console/tickets/{ticket.code}"))
        assert "The server was slow." in shown
        assert "Support" in shown

    def test_not_where_only_reading_is_granted(self, operator_client, let_in, ticket, inside_northwind):
        let_in()
        page = f"{BASE}/tickets/{ticket.code}"
        assert "<textarea" not in operator_client.get(page).content.decode()
        assert operator_client.post(f"{page}/note", {"text": "Hm"}).status_code == 403
        assert operator_client.post(f"{page}/state", {"status": "resolved"}).status_code == 403
        assert inside_northwind(lambda: Ticket.objects.get(pk=ticket.pk)).status == "new"
