"""Sessions: shown to their owner, ended by them, by what changes, and by time."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.people.actions import change_role
from steward.people.models import SecurityPolicy, Session, User
from steward.people.sessions import hashed
from steward.people.signed_in import end_sessions, end_sessions_of_account
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON, PASSWORD

PAGE = "/console/settings/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

pytestmark = pytest.mark.usefixtures("clock")


def is_in(browser):
    return browser.get("/console/").status_code == 200


def row_of(browser):
    return Session.objects.get(session_key=hashed(browser.cookies[django_settings.SESSION_COOKIE_NAME].value))


def limit(account, **policy):
    with account_scope(account.id):
        SecurityPolicy.objects.update_or_create(defaults=policy)


def ended(account):
    with account_scope(account.id):
        return list(Event.objects.filter(kind="session.ended").values_list("object_id", flat=True))


class TestTheList:
    def test_it_shows_device_since_and_last_seen(self, visitor_at, northwind, clock):
        browser = visitor_at(northwind)
        form = {"login": "ada@northwind.example", "password": PASSWORD}
        browser.post("/console/sign-in", form, headers={"user-agent": FIREFOX})
        clock(5)
        [row] = browser.get(PAGE).context["sessions"]
        assert (row["session"].device, row["is_current"]) == ("Firefox, Linux", True)
        assert (row["session"].began_at, row["session"].seen_at) == (NOON, NOON + timedelta(minutes=5))

    def test_each_sees_their_own(self, client_of, ada, ben):
        client_of(ben)
        browser = client_of(ada)
        assert len(browser.get(PAGE).context["sessions"]) == 1

    def test_no_key_is_in_the_page(self, client_of, ada):
        browser, other = client_of(ada), client_of(ada)
        page = browser.get(PAGE).content.decode()
        for key in (browser.cookies[django_settings.SESSION_COOKIE_NAME].value, row_of(other).session_key):
            assert key not in page

    def test_when_it_was_seen_is_written_once_in_a_minute(self, client_of, ada, clock):
        browser = client_of(ada)
        browser.get("/console/")
        clock(0.5)
        browser.get("/console/")
        assert row_of(browser).seen_at == NOON
        clock(1)
        browser.get("/console/")
        assert row_of(browser).seen_at == NOON + timedelta(minutes=1)


class TestEnding:
    def test_one(self, client_of, ada, northwind):
        browser, other, third = (client_of(ada) for _ in range(3))
        answer = browser.post(f"{PAGE}/{row_of(other).handle}/end")
        assert answer["Location"] == PAGE
        assert [is_in(each) for each in (browser, other, third)] == [True, False, True]
        assert ended(northwind) == [ada.pk]

    def test_all_others(self, client_of, ada, ben, northwind):
        browser, other, bens = client_of(ada), client_of(ada), client_of(ben)
        browser.post(f"{PAGE}/others/end")
        assert [is_in(each) for each in (browser, other, bens)] == [True, False, True]
        assert ended(northwind) == [ada.pk]

    def test_nobody_elses(self, client_of, ada, ben, zoe, contoso):
        browser = client_of(ada)
        for other in (client_of(ben), client_of(zoe)):
            assert browser.post(f"{PAGE}/{row_of(other).handle}/end").status_code == 404
            assert row_of(other)

    def test_not_without_having_shown_lately_who_one_is(self, client_of, ada, clock):
        browser = client_of(ada)
        clock(31)
        other = client_of(ada)
        for path in (f"{row_of(other).handle}/end", "others/end"):
            answer = browser.post(f"{PAGE}/{path}")
            assert answer["Location"].startswith("/console/settings/sign-in/confirmation")
        assert is_in(other)

    def test_everybodys_by_an_admin(self, client_of, ada, ben, zoe, northwind):
        browser, bens, zoes = client_of(ada), client_of(ben), client_of(zoe)
        browser.post("/console/settings/security/sessions/end")
        assert [is_in(each) for each in (browser, bens, zoes)] == [True, False, True]
        assert client_of(ben).post("/console/settings/security/sessions/end").status_code == 403

    def test_with_a_change_of_role(self, client_of, ben, northwind):
        browser = client_of(ben)
        with account_scope(northwind.id):
            change_role(ben, "admin", actor=SYSTEM)
        assert not is_in(browser)

    def test_with_the_identity_being_closed(self, client_of, ben):
        browser = client_of(ben)
        User.objects.filter(pk=ben.user_id).update(is_active=False)
        assert not is_in(browser)

    def test_in_this_account_only(self, client_of, ben, zoe, northwind):
        bens, zoes = client_of(ben), client_of(zoe)
        with account_scope(northwind.id):
            assert end_sessions(ben) == 1
            assert end_sessions_of_account(northwind.id, actor=SYSTEM) == 0
        assert not is_in(bens)
        assert is_in(zoes)

    def test_what_was_ended_opens_nothing_any_more(self, client_of, ada):
        browser = client_of(ada)
        key = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
        browser.post("/console/sign-out")
        browser.cookies[django_settings.SESSION_COOKIE_NAME] = key
        assert not is_in(browser)
        assert not Session.objects.filter(session_key=hashed(key)).exists()


class TestTime:
    def test_unused_for_too_long(self, client_of, ada, clock):
        browser = client_of(ada)
        assert is_in(browser)
        clock(12 * 60 - 1)
        assert is_in(browser)
        clock(24 * 60 - 2)
        assert is_in(browser), "it was used meanwhile"
        clock(36 * 60 - 2)
        answer = browser.get("/console/search?q=x")
        assert answer["Location"] == "/console/sign-in?ended=1&next=/console/search%3Fq%3Dx"
        assert "not signed in any more" in browser.get(answer["Location"]).content.decode()

    def test_older_than_allowed_however_much_it_is_used(self, client_of, ada, clock, northwind):
        limit(northwind, lifetime_hours=8)
        browser = client_of(ada)
        for hour in range(8):
            clock(60 * hour)
            assert is_in(browser)
        clock(8 * 60)
        assert not is_in(browser)

    def test_what_pages_ask_by_themselves_keeps_nobody_signed_in(self, client_of, ada, clock, northwind):
        limit(northwind, idle_minutes=15)
        browser = client_of(ada)
        assert is_in(browser)
        for minute in range(1, 15):
            clock(minute)
            assert browser.get("/console/changes", headers={"x-requested-with": "live"}).status_code < 400
        clock(15)
        assert not is_in(browser)

    def test_a_shorter_limit_holds_for_sessions_there_are(self, client_of, ada, clock, northwind):
        browser = client_of(ada)
        is_in(browser)
        clock(20)
        limit(northwind, idle_minutes=15)
        assert not is_in(browser)

    def test_the_database_knows_when_it_ends(self, client_of, ada, northwind):
        limit(northwind, idle_minutes=15)
        browser = client_of(ada)
        is_in(browser)
        assert row_of(browser).expire_date == NOON + timedelta(minutes=15)

    def test_writing_the_session_makes_it_no_longer(self, client_of, ada, northwind):
        limit(northwind, idle_minutes=15)
        browser = client_of(ada)
        is_in(browser)
        browser.get("/console/settings/sign-in/app")  # keeps a secret in the session
        assert row_of(browser).expire_date == NOON + timedelta(minutes=15)
