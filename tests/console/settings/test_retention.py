"""Settings: how long things are kept. Nothing is on by itself, and each rule is looked at before it takes something."""

import csv
import io
import json
import re

import pytest

from steward.console.settings.privacy import retention_log
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.actions.dropping import drop_requests
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.retention.models import RetentionRule, RetentionRun
from steward.privacy.retention.offered import OFFERED
from steward.privacy.retention.tasks import apply_everywhere
from steward.testing.cast import NOON
from steward.testing.jobs import run_jobs
from steward.testing.request_samples import closed_request
from steward.testing.tickets import make_ticket
from steward.tickets.actions import change_status
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

LIST = "/console/settings/privacy/retention"
DAY = 24 * 60
CLOSED = {"kind": "tickets", "department": "", "channel": "", "status": "closed", "days": "30", "since": "activity"}


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def make(browser, **changed):
    answer = browser.post(f"{LIST}/new", CLOSED | changed)
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"]


def switch_on(browser, url):
    assert browser.post(f"{url}/switch", {"on": "1", "word": "switch on"}).status_code == 303


class TestOffers:
    def test_they_are_offered_and_none_is_on(self, adas, inside):
        page = text_of(adas.get(LIST))
        assert "There are no rules yet, so nothing goes by itself." in page
        assert "1,095 days after the last activity" in page or "1095 days after the last activity" in page
        assert "until somebody purges them" in page
        for number in range(len(OFFERED)):
            assert adas.post(f"{LIST}/offers", {"offer": number}).status_code == 303
        assert inside(lambda: RetentionRule.objects.filter(is_on=True).exists()) is False
        assert "Rules that many have" not in text_of(adas.get(LIST))

    def test_what_is_not_offered_is_not_taken(self, adas, inside):
        for wrong in ("99", "x", "", "-1", "²", "9" * 5_000):
            assert adas.post(f"{LIST}/offers", {"offer": wrong}).status_code == 404
        assert inside(RetentionRule.objects.exists) is False

    def test_one_that_is_there_already(self, adas):
        adas.post(f"{LIST}/offers", {"offer": 0})
        adas.post(f"{LIST}/offers", {"offer": 0})
        assert "There is a rule for the same place already." in text_of(adas.get(LIST))


class TestMaking:
    def test_a_rule_with_everything(self, adas, inside, billing):
        url = make(adas, department=str(billing.pk), channel="email", days="", since="resolution")
        rule = inside(RetentionRule.objects.get)
        assert (rule.days, rule.since, rule.is_on, rule.department_id) == (None, "resolution", False, billing.pk)
        page = text_of(adas.get(url))
        assert "Billing · e-mail · Closed · For ever" in page
        assert "Nothing: this rule keeps for ever" in page

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"since": "arrival"}, "This kind cannot be counted from there."),
            ({"days": "0"}, "greater than or equal to 1"),
            ({"days": "36501"}, "less than or equal to 36500"),
            ({"kind": "people"}, "Select a valid choice"),
            ({"kind": "contacts", "since": "alone"}, "so a rule for it holds everywhere"),
            ({"department": "x"}, "Select a valid choice"),
        ],
    )
    def test_what_makes_no_sense_keeps_what_was_typed(self, adas, inside, wrong, words):
        answer = adas.post(f"{LIST}/new", CLOSED | wrong)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert 'value="closed" selected' in answer.content.decode()
        assert inside(RetentionRule.objects.exists) is False

    def test_a_second_one_for_the_same_place(self, adas):
        make(adas)
        answer = adas.post(f"{LIST}/new", CLOSED)
        assert answer.status_code == 422
        assert "There is a rule for the same place already." in text_of(answer)


@pytest.mark.django_db(transaction=True)
class TestDryRun:
    def test_of_customers_and_of_requests(self, adas, client_of, ada, inside, eli, clock):
        clock()
        apply_everywhere()
        run_jobs()
        everywhere = {"department": "", "channel": "", "status": "", "days": "2"}
        of_customers = make(adas, kind="contacts", since="alone", **everywhere)
        of_requests = make(adas, kind="requests", since="closing", **everywhere)
        inside(lambda: closed_request(eli))
        clock(2 * DAY)
        adas = client_of(ada)
        page = text_of(adas.get(of_requests))
        assert "Closed privacy requests 1" in page
        assert "Access · Closed" in page
        assert "Size of their files" not in page
        page = text_of(adas.get(of_customers))
        assert "Everywhere · 2 days without a ticket" in page
        assert "eli@example.org" not in page.lower(), "a request says who asked"
        inside(lambda: drop_requests([PrivacyRequest.objects.get().pk]))
        assert "eli@example.org" in text_of(adas.get(of_customers)).lower()

    def test_how_many_how_large_what_is_held_and_which(self, adas, client_of, ada, inside, eli, farah, clock):
        clock()
        goes, held = make_ticket(eli, subject="An okapi"), make_ticket(farah, subject="A quagga")
        inside(lambda: Ticket.objects.update(status=Status.CLOSED))
        url = make(adas, days="2")
        inside(lambda: place_hold(LegalHold.On.TICKET, held.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM))
        clock(2 * DAY - 1)
        adas = client_of(ada)  # whose session has ended meanwhile
        assert "Tickets with everything in them 0" in text_of(adas.get(url))
        clock(2 * DAY)
        adas = client_of(ada)
        page = text_of(adas.get(url))
        assert "What would go if the rule were on" in page
        assert "Tickets with everything in them 1" in page
        assert "Due, but kept by a legal hold 1" in page
        assert "A legal hold keeps the ticket until it is lifted. Ground: Legal claims" in page
        assert "An okapi" in page
        assert "A quagga" not in page
        assert f'href="/console/tickets/{goes.code}"' in adas.get(url).content.decode()
        apply_everywhere()
        run_jobs()
        assert inside(Ticket.objects.count) == 2, "a rule that is off takes nothing"

    def test_on_only_with_the_word_and_then_at_night_with_a_log(self, adas, client_of, ada, inside, eli, clock):
        clock()
        make_ticket(eli)
        inside(lambda: Ticket.objects.update(status=Status.CLOSED))
        url = make(adas, days="2")
        refused = adas.post(f"{url}/switch", {"on": "1", "word": "yes"})
        assert refused.status_code == 422
        assert inside(RetentionRule.objects.get).is_on is False
        switch_on(adas, url)
        assert inside(RetentionRule.objects.get).is_on is True
        clock(2 * DAY)
        adas = client_of(ada)
        assert "What goes in the night to come" in text_of(adas.get(url))
        apply_everywhere()
        run_jobs()
        assert inside(Ticket.objects.exists) is False
        log = text_of(adas.get(f"{LIST}/log"))
        assert "Rule: 2 days" in log
        assert "Tickets with everything in them" in log
        [row] = json.loads(b"".join(adas.get(f"{LIST}/log.json").streaming_content))
        assert (row["kind"], row["number"], row["days"], row["by"], row["state"]) == ("tickets", 1, 2, None, "done")


class TestChanging:
    def test_a_rule_that_is_changed_is_off(self, adas, inside):
        url = make(adas)
        switch_on(adas, url)
        assert adas.post(url, {"days": "30", "since": "activity"}).status_code == 303
        assert inside(RetentionRule.objects.get).is_on is True, "nothing was changed"
        adas.post(url, {"days": "3", "since": "activity"})
        rule = inside(RetentionRule.objects.get)
        assert (rule.days, rule.is_on) == (3, False)
        assert "The rule is off now" in text_of(adas.get(url))
        assert adas.post(url, {"days": "3", "since": "arrival"}).status_code == 422

    def test_off_without_a_word_where_nothing_else_takes_it(self, adas, inside):
        url = make(adas)
        switch_on(adas, url)
        assert "Nothing goes by it any more." in text_of(adas.get(url))
        assert adas.post(f"{url}/switch").status_code == 303
        assert inside(RetentionRule.objects.get).is_on is False

    def test_off_with_a_word_where_a_lesser_rule_takes_what_it_kept(self, adas, inside):
        switch_on(adas, make(adas, status=""))
        url = make(adas, days="")
        assert adas.post(f"{url}/switch", {"on": "1"}).status_code == 303, "keeping for ever takes nothing"
        assert "Everywhere: 30 days after the last activity" in text_of(adas.get(url))
        assert adas.post(f"{url}/switch").status_code == 422
        assert inside(lambda: RetentionRule.objects.get(status="closed").is_on) is True
        assert adas.post(f"{url}/switch", {"word": "switch off"}).status_code == 303
        assert inside(lambda: RetentionRule.objects.get(status="closed").is_on) is False

    def test_only_a_rule_that_is_off_is_deleted(self, adas, inside):
        url = make(adas)
        switch_on(adas, url)
        adas.post(f"{url}/removal")
        assert inside(RetentionRule.objects.exists) is True
        adas.post(f"{url}/switch")
        assert adas.post(f"{url}/removal").headers["Location"] == LIST
        assert inside(RetentionRule.objects.exists) is False
        kinds = inside(lambda: set(Event.objects.filter(kind__startswith="retention").values_list("kind", flat=True)))
        assert kinds == {"retention_rule.made", "retention_rule.changed", "retention_rule.dropped"}


class TestLog:
    def test_what_somebody_purged_is_in_it(self, adas, inside, eli):
        ticket = make_ticket(eli)
        inside(lambda: change_status(Ticket.objects.get(pk=ticket.pk), Status.SPAM, actor=SYSTEM))
        adas.post("/console/bin/purge?status=spam", {"word": "purge"})
        page = text_of(adas.get(f"{LIST}/log"))
        assert "Ada" in page
        assert "Show what went" in page
        assert "Running" in page
        text = b"".join(adas.get(f"{LIST}/log.csv").streaming_content).decode()
        [row] = csv.DictReader(io.StringIO(text))
        assert (row["number"], row["status"], row["state"], row["days"]) == ("1", "spam", "running", "0")
        assert "eli" not in text.lower()

    def test_a_page_at_a_time(self, adas, inside, monkeypatch):
        monkeypatch.setattr(retention_log, "PAGE", 2)
        monkeypatch.setattr(retention_log, "PORTION", 2)
        row = {"kind": "tickets", "days": 3, "at": NOON, "ordered_at": NOON}
        for number in range(101, 104):
            inside(lambda number=number: RetentionRun.objects.create(number=number, **row))
        page = adas.get(f"{LIST}/log").content.decode()
        assert [f">{n}</td>" in page for n in (101, 102, 103)] == [False, True, True]
        older = re.search(r'href="(\?after=[^"]+)"', page)[1]
        page = adas.get(f"{LIST}/log{older}").content.decode()
        assert [f">{n}</td>" in page for n in (101, 102, 103)] == [True, False, False]
        rows = json.loads(b"".join(adas.get(f"{LIST}/log.json").streaming_content))
        assert [row["number"] for row in rows] == [103, 102, 101]


class TestWhoMay:
    PATHS = ("", "/new", "/log", "/log.csv", "/log.json")

    def test_owners_and_admins_only(self, adas, client_of, ben, zoe, inside):
        url = make(adas)
        browser, stranger = client_of(ben), client_of(zoe)
        assert [browser.get(f"{LIST}{path}").status_code for path in self.PATHS] == [403] * 5
        assert browser.post(f"{url}/switch", {"on": "1", "word": "switch on"}).status_code == 403
        assert stranger.get(url).status_code == 404
        for path in ("", "/switch", "/removal"):
            assert stranger.post(f"{url}{path}", {"on": "1", "word": "switch on"}).status_code == 404
        assert inside(RetentionRule.objects.get).is_on is False
        assert adas.get(f"{LIST}/{new_id()}").status_code == 404

    def test_wrong_methods_and_nobody(self, adas, visitor_at, northwind):
        assert adas.get(f"{LIST}/offers").status_code == 405
        assert adas.post(f"{LIST}/log").status_code == 405
        assert visitor_at(northwind).get(LIST).status_code == 302
