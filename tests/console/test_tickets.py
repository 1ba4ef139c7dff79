"""The ticket page and what stands in its header: statuses, postponing, assignment, departments."""

from datetime import UTC, datetime, timedelta

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.people.actions import join_department, set_availability
from steward.people.models import DepartmentRole
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_note, make_reply, make_ticket
from steward.tickets.actions.assigning import assign_ticket
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

# From each status to which others; as the words of the help desk have it, not as the code has it.
ALLOWED = {
    "new": "answered postponed resolved spam deleted",
    "open": "answered postponed resolved closed spam deleted",
    "answered": "open postponed resolved closed spam deleted",
    "postponed": "new open answered resolved closed spam deleted",
    "resolved": "open closed spam deleted",
    "closed": "deleted",
    "spam": "new open deleted",
    "deleted": "new open answered resolved closed",
}
PAIRS = [(before, after) for before in Status.values for after in Status.values]


@pytest.fixture
def now_is(ticket):
    """`now_is(status="open")` sets it as it is."""

    def now_is(**columns):
        with account_scope(ticket.account_id):
            Ticket.objects.filter(pk=ticket.pk).update(**columns)

    return now_is


@pytest.fixture
def told(ticket):
    """The kinds of events of the ticket since it was made."""

    def told():
        with account_scope(ticket.account_id):
            return list(Event.objects.filter(object_id=ticket.pk).order_by("at", "id").values_list("kind", flat=True))[
                2:
            ]

    return told


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """`clock(moment)` stops the time there."""
    file = tmp_path / "clock"

    def stop(moment):
        file.write_text(moment.isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))

    return stop


class TestStatuses:
    @pytest.mark.parametrize(("before", "after"), PAIRS)
    def test_every_pair(self, before, after, bens, path, now_is, again, told):
        now_is(status=before)
        response = bens.post(f"{path}/status", {"status": after}, headers={"HX-Request": "true"})
        assert response.status_code == 200
        may = after in ALLOWED[before].split() and after != "postponed"
        assert again().status == (after if may else before)
        assert len(told()) == (1 if may else 0)
        refused = "The status was not changed" in response.content.decode()
        assert refused == ((not may and before != after) or after == "postponed")

    def test_one_that_does_not_exist(self, bens, path, again):
        response = bens.post(f"{path}/status", {"status": "chatting"}, headers={"HX-Request": "true"})
        assert "there is no such status" in response.content.decode()
        assert again().status == Status.NEW

    def test_without_scripts_the_page_comes_back(self, bens, path):
        response = bens.post(f"{path}/status", {"status": "resolved"})
        assert (response.status_code, response["Location"]) == (303, path)

    def test_the_menu_offers_what_is_allowed(self, bens, path, now_is):
        for status in Status.values:
            now_is(status=status)
            page = bens.get(path).content.decode()
            offered = {each for each in Status.values if f'value="{each}"' in page.partition("department-menu")[0]}
            assert offered - {status} == set(ALLOWED[status].split()), status

    def test_resolving_is_remembered_and_forgotten(self, bens, path, again):
        bens.post(f"{path}/status", {"status": "resolved"})
        assert again().resolved_at
        bens.post(f"{path}/status", {"status": "open"})
        assert again().resolved_at is None


class TestPostponing:
    START = datetime(2026, 3, 3, 9, tzinfo=UTC)

    def postpone(self, bens, path, until):
        return bens.post(f"{path}/status", {"postponed_until": until}, headers={"HX-Request": "true"})

    @pytest.mark.parametrize(("before", "after"), [("new", "new"), ("open", "open"), ("answered", "open")])
    def test_it_comes_back_to_the_second(self, bens, path, now_is, again, clock, run_jobs, before, after):
        clock(self.START)
        now_is(status=before)
        assert self.postpone(bens, path, "2026-03-04T09:00").status_code == 200
        assert again().status == Status.POSTPONED
        due = again().postponed_until
        clock(due - timedelta(seconds=1))
        run_jobs("tickets.wake")
        assert again().status == Status.POSTPONED
        clock(due)
        run_jobs("tickets.wake")
        assert (again().status, again().postponed_until) == (after, None)

    def test_the_time_is_that_of_the_account(self, bens, path, again, clock, northwind):
        type(northwind).objects.filter(pk=northwind.pk).update(time_zone="America/New_York")
        clock(self.START)
        self.postpone(bens, path, "2026-03-04T09:00")
        assert again().postponed_until == datetime(2026, 3, 4, 14, tzinfo=UTC)

    def test_postponed_again_it_sleeps_on(self, bens, path, again, clock, run_jobs):
        clock(self.START)
        self.postpone(bens, path, "2026-03-04T09:00")
        self.postpone(bens, path, "2026-03-06T09:00")
        clock(datetime(2026, 3, 5, tzinfo=UTC))
        run_jobs("tickets.wake")
        assert again().status == Status.POSTPONED
        clock(datetime(2026, 3, 7, tzinfo=UTC))
        run_jobs("tickets.wake")
        assert again().status == Status.NEW

    def test_what_happened_meanwhile_is_not_undone(self, bens, path, again, clock, run_jobs):
        clock(self.START)
        self.postpone(bens, path, "2026-03-04T09:00")
        bens.post(f"{path}/status", {"status": "resolved"})
        clock(datetime(2026, 3, 7, tzinfo=UTC))
        run_jobs("tickets.wake")
        assert again().status == Status.RESOLVED

    @pytest.mark.parametrize(
        "until",
        [
            "2026-03-03T08:00", "tomorrow", "2026-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59", "\0",
            "2026-03-04", "2026-02-30T10:00", "1e9",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
    def test_what_is_no_time_to_come_is_refused_or_kept(self, bens, path, again, clock, until, zone, northwind):
        type(northwind).objects.filter(pk=northwind.pk).update(time_zone=zone)
        clock(self.START)
        response = self.postpone(bens, path, until)
        assert response.status_code == 200
        assert bens.get(path).status_code == 200
        kept = again().status == Status.POSTPONED
        assert kept != ("The status was not changed" in response.content.decode())


class TestAssigning:
    def test_a_solver_takes_it(self, bens, path, again, ben, told):
        assert bens.post(f"{path}/assignment", {"assignee": ben.id}).status_code == 303
        assert again().assignee_id == ben.id
        assert told() == ["ticket.assigned"]

    def test_a_solver_gives_it_to_nobody_else(self, bens, path, again, ada):
        assert bens.post(f"{path}/assignment", {"assignee": ada.id}).status_code == 403
        assert again().assignee_id is None

    def test_the_owner_gives_it(self, client_of, ada, ben, path, again):
        client_of(ada).post(f"{path}/assignment", {"assignee": ben.id})
        assert again().assignee_id == ben.id
        client_of(ada).post(f"{path}/assignment", {"assignee": ""})
        assert again().assignee_id is None

    @pytest.mark.parametrize(("availability", "word"), [("away", "Away"), ("off", "Off")])
    def test_the_menu_says_who_is_not_there_and_lets_them_have_it(
        self, client_of, ada, ben, path, again, inside, availability, word
    ):
        inside(lambda: set_availability(ben, availability, actor=SYSTEM))
        page = " ".join(client_of(ada).get(path).content.decode().split())
        item = page.partition(f'name="assignee" value="{ben.id}"')[2].partition("</button>")[0]
        assert f'data-availability="{availability}"' in item
        assert f">{word}<" in item
        client_of(ada).post(f"{path}/assignment", {"assignee": ben.id})
        assert again().assignee_id == ben.id

    def test_what_a_colleague_did_a_moment_before_is_known(self, ada, ben, ticket, again, inside):
        old = again()
        inside(lambda: assign_ticket(again(), ada, actor=SYSTEM))
        inside(lambda: assign_ticket(old, ben, actor=SYSTEM))
        taken = inside(lambda: Event.objects.filter(object_id=ticket.pk, kind="ticket.assigned").latest("at"))
        assert taken.changes == {"from": str(ada.id), "to": str(ben.id)}

    def test_who_lets_go_lets_go_of_nobody_elses(self, ada, ben, again, inside):
        inside(lambda: assign_ticket(again(), ben, actor=SYSTEM))
        old = again()
        inside(lambda: assign_ticket(again(), ada, actor=SYSTEM))
        inside(lambda: assign_ticket(old, None, actor=SYSTEM))
        assert again().assignee_id == ada.id

    @pytest.mark.parametrize("name", ["cleo", "dana", "zoe"])
    def test_to_nobody_who_could_not_work_on_it(self, name, request, client_of, ada, path, again):
        other = request.getfixturevalue(name)
        assert client_of(ada).post(f"{path}/assignment", {"assignee": other.id}).status_code == 404
        assert again().assignee_id is None

    @pytest.mark.parametrize("junk", ["none", "\0", "' OR 1=1"])
    def test_to_nobody_at_all(self, junk, client_of, ada, path):
        assert client_of(ada).post(f"{path}/assignment", {"assignee": junk}).status_code == 404


class TestTransfer:
    def test_it_goes_out_of_one_sight_into_the_other(self, client_of, ada, ben, cleo, path, billing, again, ticket):
        words = {"q": "printer"}
        assert ticket.code.encode() in client_of(ben).get("/console/search", words).content
        assert ticket.code.encode() not in client_of(cleo).get("/console/search", words).content
        assert client_of(ada).post(f"{path}/department", {"department": billing.id}).status_code == 303
        assert again().department_id == billing.id
        assert ticket.code.encode() not in client_of(ben).get("/console/search", words).content
        assert ticket.code.encode() in client_of(cleo).get("/console/search", words).content
        assert client_of(ben).get(path).status_code == 404
        assert client_of(cleo).get(path).status_code == 200

    def test_so_does_what_was_written_in_it(self, client_of, ada, ben, cleo, path, billing, ticket):
        make_note(ticket, ben, body="<p>zebra</p>")
        make_reply(ticket, ben, body="<p>giraffe</p>")
        client_of(ada).post(f"{path}/department", {"department": billing.id})
        for word in ("zebra", "giraffe"):
            assert ticket.code.encode() not in client_of(ben).get("/console/search", {"q": word}).content
            assert ticket.code.encode() in client_of(cleo).get("/console/search", {"q": word}).content

    def test_whoever_had_it_keeps_it_only_when_they_belong_there(
        self, client_of, ada, ben, path, billing, now_is, again
    ):
        now_is(assignee=ben)
        client_of(ada).post(f"{path}/department", {"department": billing.id})
        assert again().assignee_id is None

    @pytest.mark.parametrize(("role", "keeps"), [("reader", False), ("solver", True), ("manager", True)])
    def test_and_can_work_on_it_there(self, client_of, ada, ben, path, billing, now_is, again, inside, role, keeps):
        inside(lambda: join_department(ben, billing, role=role, actor=SYSTEM))
        now_is(assignee=ben)
        client_of(ada).post(f"{path}/department", {"department": billing.id})
        assert again().assignee_id == (ben.id if keeps else None)

    def test_a_supervisor_loses_it_from_sight_and_is_led_to_the_list(self, client_of, ben, support, billing, path):
        with account_scope(ben.account_id):
            join_department(ben, support, role=DepartmentRole.SUPERVISOR, actor=SYSTEM)
        browser = client_of(ben)
        headers = {"HX-Request": "true"}
        assert (
            browser.post(f"{path}/department", {"department": billing.id}, headers=headers)["HX-Redirect"]
            == "/console/"
        )

    def test_a_solver_may_not(self, bens, path, billing):
        assert bens.post(f"{path}/department", {"department": billing.id}).status_code == 403

    @pytest.mark.parametrize("junk", ["", "none", "\0"])
    def test_nowhere(self, client_of, ada, path, junk):
        assert client_of(ada).post(f"{path}/department", {"department": junk}).status_code == 404

    def test_not_into_another_account(self, client_of, ada, path, contoso):
        with account_scope(contoso.id):
            from steward.people.models import Department

            theirs = Department.objects.get()
        assert client_of(ada).post(f"{path}/department", {"department": theirs.id}).status_code == 404


class TestPieces:
    """What a live page asks for again when an event says that it has changed."""

    def test_the_ticket_has_what_is_new(self, bens, path, ticket, ben):
        assert b"We had this before." not in bens.get(f"{path}/changes").content
        make_note(ticket, ben)
        assert b"We had this before." in bens.get(f"{path}/changes").content

    def test_the_list_too(self, bens, ticket, eli):
        assert b"Brand new" not in bens.get("/console/changes").content
        make_ticket(eli, subject="Brand new")
        assert b"Brand new" in bens.get("/console/changes").content

    def test_they_are_pieces_and_no_pages(self, bens, path):
        for address in (f"{path}/changes", "/console/changes"):
            assert b"<html" not in bens.get(address).content

    def test_htmx_asks_for_the_ticket_without_its_list(self, bens, path, ticket):
        whole = bens.get(path).content.decode()
        alone = bens.get(path, headers={"HX-Request": "true"}).content.decode()
        assert f'id="row-{ticket.code}"' in whole
        assert f'id="row-{ticket.code}"' not in alone
        assert "ticket-head" in alone

    def test_who_is_not_signed_in_any_more_is_led_to_sign_in_as_a_whole(self, visitor_at, northwind, path):
        """Else the sign-in page would be put where the list was, or a draft be thought of as saved."""
        for method, address in (("get", f"{path}/changes"), ("get", "/console/changes"), ("post", f"{path}/draft")):
            browser = visitor_at(northwind)
            response = getattr(browser, method)(address, headers={"HX-Request": "true", "X-Requested-With": "fetch"})
            assert response.status_code != 200


@pytest.mark.parametrize("code", ["%00", "%FF", "a" * 5000, "..", "%2e%2e", "ZZZ-00000", "' OR 1=1--"])
def test_a_code_that_is_none(bens, code):
    assert bens.get(f"/console/tickets/{code}").status_code == 404


@pytest.mark.parametrize("before", ["none", "\0", "00000000-0000-0000-0000-000000000000", ""])
def test_a_page_of_the_conversation_that_is_none(bens, path, before):
    assert bens.get(path, {"before": before}).status_code == (200 if before == "" else 404)
