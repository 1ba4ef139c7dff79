"""The bell, the list of notices, marking as read, and who can be mentioned."""

import re
from uuid import uuid4

import pytest

from steward.notifications.actions import choose
from steward.notifications.models import Notice
from steward.notifications.wishes import DEFAULTS, Kind, Wish
from steward.people.actions import set_availability
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.jobs import queued
from steward.testing.queries import assert_same_queries_for_more_rows
from steward.testing.tickets import make_ticket
from steward.tickets.actions import assign_ticket
from steward.tickets.models import Ticket

LIST, BELL, READ = "/console/notifications", "/console/notifications/bell", "/console/notifications/read"


@pytest.fixture
def give(eli, ada, ben, settle, run_jobs):
    """`give(3)`: Ada gives Ben tickets, and he is told."""

    def give(number=1, to=ben):
        tickets = [make_ticket(eli) for _ in range(number)]
        for each in tickets:
            with account_scope(each.account_id):
                assign_ticket(Ticket.objects.get(pk=each.pk), to, actor=acting(ada))
        settle()
        run_jobs("notifications.tell")
        return tickets

    return give


def unread(browser, path="/console/"):
    return int(re.search(r'data-unread="(\d+)"', browser.get(path).content.decode())[1])


def notice_of(ticket):
    with account_scope(ticket.account_id):
        return Notice.objects.get(ticket=ticket)


def multiply(one, number):
    """`number` notices in all, of the same ticket."""
    same = {name: getattr(one, name) for name in ("membership_id", "kind", "ticket_id", "at")}
    with account_scope(one.account_id):
        more = Notice.objects.bulk_create(Notice(event_id=uuid4(), **same) for _ in range(number - 1))
    return [one, *more]


class TestBell:
    def test_counts_on_every_page(self, bens, give):
        assert unread(bens) == 0
        give(2)
        assert [unread(bens, path) for path in ("/console/", LIST, BELL, "/console/settings/notifications")] == [2] * 4

    def test_a_hundred_and_more(self, bens, give):
        multiply(notice_of(*give()), 120)
        assert ">99+<" in bens.get(BELL).content.decode()

    def test_brings_what_a_desktop_should_show(self, bens, give):
        [ticket] = give()
        html = bens.get(BELL).content.decode()
        assert f'data-ticket="{ticket.code}"' in html
        assert 'data-title="Ada assigned this ticket to you"' in html

    def test_brings_nothing_to_who_wants_nothing_on_the_desktop(self, bens, give, ben):
        with account_scope(ben.account_id):
            wishes = {**DEFAULTS, Kind.ASSIGNED: Wish(on_desktop=False)}
            choose(ben, wishes, rhythm="daily", hour=8, time_zone="", actor=acting(ben))
        give()
        assert "data-notice" not in bens.get(BELL).content.decode()

    @pytest.mark.parametrize(("availability", "is_shown"), [("online", True), ("away", True), ("off", False)])
    def test_to_who_is_off_nothing_is_shown_on_the_desktop_and_all_the_rest_goes_on(
        self, bens, give, ben, availability, is_shown, northwind
    ):
        with account_scope(ben.account_id):
            set_availability(ben, availability, actor=acting(ben))
        [ticket] = give()
        html = bens.get(BELL).content.decode()
        assert (f'data-ticket="{ticket.code}"' in html) == is_shown
        assert unread(bens, BELL) == 1
        assert len(queued("notifications.mail")) == 1

    def test_somebody_else_s_are_not_counted(self, client_of, dana, give):
        give()
        assert unread(client_of(dana)) == 0


class TestList:
    def test_says_why_and_leads_to_the_ticket(self, bens, give):
        [ticket] = give()
        html = bens.get(LIST).content.decode()
        assert "Ada assigned this ticket to you" in html
        assert f'href="/console/tickets/{ticket.code}"' in html

    def test_is_empty_at_first(self, bens):
        assert "Nothing yet." in bens.get(LIST).content.decode()

    def test_goes_on_by_key(self, bens, give):
        notices = multiply(notice_of(*give()), 55)
        seen, page = [], LIST
        while page:
            html = bens.get(page).content.decode()
            seen += re.findall(r'id="notice-([^"]+)"', html)
            onward = re.search(r'href="(/console/notifications\?after=[^"]+)"', html)
            page = onward and onward[1]
        assert seen == [str(notice.pk) for notice in reversed(notices)]

    @pytest.mark.parametrize("after", ["x", "%00", "1"])
    def test_a_key_that_is_none(self, bens, after):
        assert bens.get(f"{LIST}?after={after}").status_code == 404

    def test_costs_the_same_for_more(self, bens, give):
        give(2)
        assert_same_queries_for_more_rows(lambda: bens.get(LIST), lambda: give(3))
        assert_same_queries_for_more_rows(lambda: bens.get(BELL), lambda: give(3))


class TestReading:
    def test_one(self, bens, give):
        first, _second = give(2)
        response = bens.post(READ, {"notice": notice_of(first).pk})
        assert (response.status_code, response["Location"]) == (303, LIST)
        assert unread(bens) == 1

    def test_all(self, bens, give):
        give(3)
        assert "Everything is marked as read." in bens.post(READ, follow=True).content.decode()
        assert unread(bens) == 0

    def test_somebody_else_s_stays(self, bens, client_of, dana, give):
        [ticket] = give()
        client_of(dana).post(READ, {"notice": notice_of(ticket).pk})
        client_of(dana).post(READ)
        assert unread(bens) == 1

    @pytest.mark.parametrize("notice", ["x", "\0"])
    def test_what_is_no_notice(self, bens, notice):
        assert bens.post(READ, {"notice": notice}).status_code == 404

    def test_a_ticket_that_is_open_is_read(self, bens, give):
        first, _second = give(2)
        beat = f"/console/tickets/{first.code}/presence"
        assert bens.post(beat, {"tab": uuid4(), "doing": "looking"})["X-Notices"] == "read"
        assert "X-Notices" not in bens.post(beat, {"tab": uuid4(), "doing": "looking"}).headers
        assert unread(bens) == 1

    def test_leaving_a_ticket_reads_nothing(self, bens, give):
        [ticket] = give()
        bens.post(f"/console/tickets/{ticket.code}/presence", {"tab": uuid4(), "doing": "left"})
        assert unread(bens) == 1

    def test_looking_at_the_page_changes_nothing(self, bens, give):
        [ticket] = give()
        bens.get(f"/console/tickets/{ticket.code}")
        bens.get(LIST)
        assert unread(bens) == 1


class TestMentions:
    def test_everybody_else_who_sees_the_ticket_is_offered(self, bens, of):
        html = bens.get(of("mentionable")).content.decode()
        assert re.findall(r'data-name="(\w+)"', html) == ["Ada", "Dana"]

    def test_the_note_shows_the_name_and_the_draft_keeps_it(self, bens, of, ada):
        mention = f'<bdi data-mention="{ada.id}">@Ada</bdi>'
        bens.post(of("draft"), {"body_html": f"<p>{mention} ?</p>", "kind": "note", "mark": uuid4()})
        assert str(ada.id) in bens.get(of()).content.decode()
        bens.post(of("notes"), {"body_html": f"<p>{mention}, look</p>", "once": uuid4()})
        assert f"{mention}, look" in bens.get(of()).content.decode()


@pytest.mark.parametrize("path", [LIST, BELL])
def test_the_ladder(path, client_of, visitor_at, northwind, zoe, bens):
    assert bens.get(path).status_code == 200
    assert bens.post(path).status_code == 405
    assert bens.get(READ).status_code == 405
    assert visitor_at(northwind).get(path).status_code == 302
    assert client_of(zoe, at=northwind).get(path).status_code == 302
