"""Throttling: counted for everybody, past every rollback, and never a way to keep somebody out."""

from datetime import timedelta

import psycopg
import pytest
from django.db import transaction

from steward.people.devices import COOKIE, device_label
from steward.people.models import Throttle
from steward.people.throttling import Limit, TooManyTries, client_of, count_try, forget_past_tries, take_back
from steward.tenancy.scope import account_scope
from steward.testing import environment
from steward.testing.cast import NOON, PASSWORD

LIMIT = Limit("test", 3, timedelta(minutes=5))
PAGE = "/console/sign-in"
ADA = "ada@northwind.example"

pytestmark = pytest.mark.usefixtures("clock")


def tries(number, subject="x"):
    for _ in range(number):
        count_try(LIMIT, subject)


def sign_in(browser, password="wrong", **more):
    return browser.post(PAGE, {"login": ADA, "password": password}, **more)


def is_in(browser):
    return browser.get("/console/").status_code == 200


class TestCounting:
    def test_as_often_as_allowed(self, db):
        tries(3)
        with pytest.raises(TooManyTries) as refusal:
            tries(1)
        assert refusal.value.until == NOON + timedelta(minutes=5)
        assert refusal.value.words == "There were too many tries. Try again in 5 minutes."
        tries(3, "another")

    def test_trying_on_makes_it_no_longer(self, db, clock):
        for minute in range(5):
            clock(minute)
            with pytest.raises(TooManyTries):
                tries(4)
        clock(5)
        tries(3)

    def test_a_good_try_does_not_count_and_the_others_do(self, db):
        tries(2)
        count_try(LIMIT, "x")
        take_back(LIMIT, "x")
        tries(1)
        with pytest.raises(TooManyTries):
            tries(1)

    def test_only_the_first_refusal_says_that_it_is(self, db):
        tries(3)
        firsts = []
        for _ in range(3):
            with pytest.raises(TooManyTries) as refusal:
                tries(1)
            firsts.append(refusal.value.is_first)
        assert firsts == [True, False, False]

    def test_a_scope_that_could_be_rolled_back_is_refused(self, northwind):
        with account_scope(northwind.id), pytest.raises(RuntimeError, match="before the scope"):
            tries(1)

    def test_neither_addresses_nor_clients_can_be_read(self, db):
        count_try(LIMIT, ADA)
        assert ADA.encode() not in bytes(Throttle.objects.get().key)

    def test_counters_go_when_their_window_is_over(self, db, clock):
        tries(1)
        assert forget_past_tries() == 0
        clock(5)
        assert forget_past_tries() == 1

    @pytest.mark.django_db(transaction=True)
    def test_other_processes_see_it_at_once(self, visitor_at, northwind):
        sign_in(visitor_at(northwind))
        with psycopg.connect(environment.login("app", environment.database_name())) as other:
            assert other.execute("SELECT sum(tries) FROM people_throttle").fetchone() == (2,)

    @pytest.mark.django_db(transaction=True)
    def test_a_rollback_of_what_follows_forgets_no_try(self, northwind):
        tries(3)
        with account_scope(northwind.id):
            transaction.set_rollback(True)
        with pytest.raises(TooManyTries):
            tries(1)

    @pytest.mark.parametrize(
        ("address", "client"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("", "unknown"),
            ("a.b.c", "unknown"),
        ],
    )
    def test_who_asks(self, rf, address, client):
        assert client_of(rf.get("/", REMOTE_ADDR=address)) == client


class TestLockingOut:
    """Strangers who know an address use up its tries, and its owner gets in all the same."""

    def test_from_a_browser_that_was_used_before(self, visitor_at, northwind):
        own = visitor_at(northwind)
        sign_in(own, PASSWORD)
        own.post("/console/sign-out")
        for number in range(8):
            sign_in(visitor_at(northwind), REMOTE_ADDR=f"198.51.100.{number}")
        stranger = visitor_at(northwind)
        sign_in(stranger, PASSWORD)
        assert not is_in(stranger), "who comes without it waits, whoever it is"
        sign_in(own, PASSWORD)
        assert is_in(own)

    def test_such_a_browser_has_no_more_tries_than_others(self, visitor_at, northwind):
        own = visitor_at(northwind)
        sign_in(own, PASSWORD)
        own.post("/console/sign-out")
        for _ in range(5):
            sign_in(own)
        sign_in(own, PASSWORD)
        assert not is_in(own)

    def test_the_cookie_opens_nothing(self, visitor_at, northwind):
        own = visitor_at(northwind)
        sign_in(own, PASSWORD)
        other = visitor_at(northwind)
        other.cookies[COOKIE] = own.cookies[COOKIE].value
        assert not is_in(other)
        assert ADA not in own.cookies[COOKIE].value
        assert own.cookies[COOKIE]["httponly"]

    @pytest.mark.parametrize("forged", ["", "x", "e30:AAAA", "WyJhIixbXV0:x"])
    def test_a_forged_one_is_nobodys(self, visitor_at, northwind, forged):
        browser = visitor_at(northwind)
        browser.cookies[COOKIE] = forged
        for _ in range(6):
            sign_in(browser)
        sign_in(browser, PASSWORD)
        assert not is_in(browser)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1.15", "Safari, macOS"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_by_browser_and_system(agent, label):
    assert device_label(agent) == label
