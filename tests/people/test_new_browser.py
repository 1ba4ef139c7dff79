"""Signing in with a browser that was not used before is told to whoever owns the sign-in: once, and not the first."""

import quopri
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import InstallationMail
from steward.people.actions import add_member, change_role, edit_profile
from steward.people.browsers import forget_unused_browsers
from steward.people.devices import COOKIE, browser_and_system
from steward.people.models import KnownBrowser, Role
from steward.people.operators import create_operator
from steward.people.second_factors import new_recovery_codes, new_totp_secret, store_totp
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD
from steward.testing.codes import code_of_app

PAGE = "/console/sign-in"
NEW = "seven grey herons at noon"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"


@pytest.fixture
def sign_in(visitor_at, northwind):
    def sign_in(browser=None, email="ada@northwind.example", password=PASSWORD, agent=FIREFOX, account=northwind):
        browser = browser or visitor_at(account)
        browser.post(PAGE, {"login": email, "password": password}, headers={"user-agent": agent})
        return browser

    return sign_in


def notices():
    """Recipient, subject and text of what was told about browsers."""
    told = []
    for mail in InstallationMail.objects.order_by("created_at", "id"):
        recipient, content = (
            decrypt_for_installation(getattr(mail, name), context=mail.context_of(name))
            for name in ("recipient", "content")
        )
        text = quopri.decodestring(content).decode()
        if "browser" in text.lower() or "przegląd" in text.lower():
            told.append((recipient.decode(), text))
    return told


def test_the_first_one_ever_is_told_to_nobody(sign_in, ada):
    sign_in()
    assert KnownBrowser.objects.filter(user=ada.user_id).count() == 1
    assert not notices()


def test_another_one_is_told_once(sign_in, ada):
    sign_in()
    second = sign_in()
    [(to, text)] = notices()
    assert to == "ada@northwind.example"
    assert "Browser: Firefox on Linux" in text
    assert "/console/reset-password" in text
    assert "/console/settings/sessions" in text
    assert "127.0.0.1" not in text
    second.post("/console/sign-out")
    sign_in(second)
    assert len(notices()) == 1, "never twice"


def test_the_one_that_was_used_before_is_known_after_signing_out(sign_in):
    first = sign_in()
    first.post("/console/sign-out")
    sign_in(first)
    assert not notices()
    assert KnownBrowser.objects.count() == 1


def test_wrong_passwords_tell_nothing(sign_in):
    sign_in()
    sign_in(password="wrong")
    sign_in(email="nobody@northwind.example")
    assert not notices()
    assert KnownBrowser.objects.count() == 1


def test_a_second_factor_that_was_not_shown_is_no_sign_in(sign_in, ada):
    sign_in()
    store_totp(ada.user, new_totp_secret())
    sign_in()
    assert not notices()
    assert KnownBrowser.objects.count() == 1


def test_two_people_in_one_browser_each_have_their_own(sign_in, ada, ben):
    sign_in(email="ben@northwind.example")
    browser = sign_in()
    browser.post("/console/sign-out")
    sign_in(browser, email="ben@northwind.example")
    assert [to for to, _ in notices()] == ["ben@northwind.example"]
    marks = {bytes(mark) for mark in KnownBrowser.objects.values_list("mark", flat=True)}
    assert len(marks) == 3


def test_pressing_the_button_twice_is_one_browser(visitor_at, northwind, sign_in):
    sign_in()
    page = visitor_at(northwind)
    page.get(PAGE)
    token = page.cookies[settings.CSRF_COOKIE_NAME].value
    for _ in range(2):
        twice = visitor_at(northwind)
        twice.cookies[settings.CSRF_COOKIE_NAME] = token
        sign_in(twice)
    assert len(notices()) == 1


def test_a_cookie_that_somebody_made_is_none(sign_in):
    known = sign_in()
    forged = known.cookies[COOKIE].value
    other = sign_in(email="ben@northwind.example")
    other.cookies[COOKIE] = forged[:-1] + ("A" if forged[-1] != "A" else "B")
    other.post("/console/sign-out")
    sign_in(other)
    assert [to for to, _ in notices()] == ["ada@northwind.example"]


def test_what_is_stored_is_a_mark_of_the_cookie_and_no_address(sign_in):
    browser = sign_in()
    name = browser.cookies[COOKIE].value
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(b)::text FROM people_knownbrowser b")
        [(row,)] = cursor.fetchall()
    assert name not in row
    assert "127.0.0.1" not in row
    assert "Firefox" not in row


def test_it_is_told_in_the_persons_language(sign_in, ada, northwind):
    sign_in()
    with account_scope(northwind.id):
        edit_profile(ada, name="Ada", language="pl", signature="", actor=SYSTEM)
    sign_in()
    [(_, text)] = notices()
    assert "Przeglądarka: Firefox" in text


def test_the_time_is_that_of_the_account(sign_in, northwind):
    northwind.time_zone = "Asia/Ho_Chi_Minh"
    northwind.save()
    sign_in()
    sign_in()
    assert "(Asia/Ho_Chi_Minh)" in notices()[0][1]


def test_the_account_notes_it_as_well(sign_in, northwind):
    sign_in()
    sign_in()
    with account_scope(northwind.id):
        told = [event.changes for event in Event.objects.filter(kind="member.signed_in").order_by("id")]
    assert [changes.get("new_browser") for changes in told] == [None, True]


def test_each_account_has_its_host_and_so_its_cookie(sign_in, northwind, contoso, ada):
    with account_scope(contoso.id):
        add_member("ada@northwind.example", name="Ada", role=Role.AGENT, password=None, actor=SYSTEM)
    sign_in()
    sign_in(account=contoso)
    [(_, text)] = notices()
    assert "http://contoso.localhost" in text


def test_who_has_an_address_that_no_mail_reaches_gets_in_all_the_same(sign_in, ada, caplog):
    """Django takes a control character between quotation marks for part of an address; mail servers do not."""
    ada.user.email = '"\x01"@northwind.example'
    ada.user.save()
    for _ in range(2):
        browser = sign_in(email=ada.user.email)
        assert browser.get("/console/").status_code == 200
    assert not notices()
    assert "could not be told" in caplog.text


def test_what_nobody_uses_any_more_goes_and_the_last_one_stays(sign_in, ada):
    for _ in range(3):
        sign_in()
    long_ago = now() - timedelta(days=181)
    newest = KnownBrowser.objects.order_by("-seen_at").first()
    KnownBrowser.objects.update(seen_at=long_ago)
    KnownBrowser.objects.filter(pk=newest.pk).update(seen_at=long_ago + timedelta(hours=1))
    before = len(notices())
    assert forget_unused_browsers() == 2
    assert [bytes(each.mark) for each in KnownBrowser.objects.all()] == [bytes(newest.mark)]
    sign_in()
    assert len(notices()) == before + 1, "somebody who comes back after a year hears of it"


def test_lately_used_ones_stay(sign_in):
    sign_in()
    sign_in()
    assert forget_unused_browsers() == 0


def test_they_go_with_the_identity(sign_in, ada):
    sign_in()
    with account_scope(ada.account_id):
        ada.user.delete()
    assert not KnownBrowser.objects.exists()


def test_other_changes_leave_it_alone(sign_in, ada, ben, northwind):
    browser = sign_in(email="ben@northwind.example")
    with account_scope(northwind.id):
        change_role(ben, Role.ADMIN, actor=SYSTEM)
    sign_in(browser, email="ben@northwind.example")
    assert not notices()


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0",
         ("Edge", "Windows")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile Safari/604.1",
         ("Safari", "iPhone")),
        ("curl/8.5\r\nBcc: x@y.example", ("", "")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_browser_and_system_in_words(agent, named):
    assert browser_and_system(agent) == named


class TestOperators:
    def sign_in(self, visitor_at, operator, browser=None):
        """By password and a recovery code."""
        [code, *_others] = new_recovery_codes(operator.user)
        browser = browser or visitor_at()
        browser.post("/operator/sign-in", {"email": operator.user.email, "password": PASSWORD})
        browser.post("/operator/sign-in/second-factor", {"code": code})
        assert browser.get("/operator/").status_code == 200
        return browser

    def test_they_are_told_as_well(self, visitor_at, olga):
        first = self.sign_in(visitor_at, olga)
        first.post("/operator/sign-out")
        self.sign_in(visitor_at, olga, first)
        assert not notices()
        self.sign_in(visitor_at, olga)
        [(to, text)] = notices()
        assert to == olga.user.email
        assert "/operator/me/password" in text
        assert "Browser: unknown" in text

    def test_the_first_sign_in_of_all_is_remembered(self, visitor_at):
        operator = create_operator("nils@operator.example", password=PASSWORD)
        browser = visitor_at()
        browser.post("/operator/sign-in", {"email": operator.user.email, "password": PASSWORD})
        page = browser.get("/operator/me/app")
        code = code_of_app(page.context["secret"].replace(" ", ""))
        browser.post("/operator/me/app", {"code": code})
        assert COOKIE in browser.cookies
        assert KnownBrowser.objects.filter(user=operator.user).count() == 1


class TestForgetting:
    """Who chooses a new password, or ends all other sessions, trusts no browser they have not in front of them."""

    @pytest.fixture
    def known(self, sign_in):
        """Two browsers of Ada's that nobody is told of any more."""
        two = [sign_in(), sign_in()]
        InstallationMail.objects.all().delete()
        return two

    def reset_password(self, visitor_at, northwind):
        visitor_at(northwind).post("/console/reset-password", {"email": "ada@northwind.example"})
        text = quopri.decodestring(
            decrypt_for_installation(
                (mail := InstallationMail.objects.get()).content, context=mail.context_of("content")
            )
        ).decode()
        [path] = re.findall(r"/console/reset-password/[\w-]+", text)
        assert visitor_at(northwind).post(path, {"password": NEW}).status_code == 302

    def test_a_reset_password_forgets_all_of_them(self, sign_in, known, visitor_at, northwind):
        self.reset_password(visitor_at, northwind)
        for number, browser in enumerate(known, start=1):
            sign_in(browser, password=NEW)
            assert len(notices()) == number
        known[0].post("/console/sign-out")
        sign_in(known[0], password=NEW)
        assert len(notices()) == 2, "never twice"

    def test_even_of_who_has_one_only(self, sign_in, visitor_at, northwind):
        """What is left is no browser at all, and yet the next one is not the first."""
        browser = sign_in()
        self.reset_password(visitor_at, northwind)
        sign_in(browser, password=NEW)
        assert len(notices()) == 1

    @pytest.mark.parametrize("path", ["sessions/others/end", "sign-in/password"])
    def test_ending_all_other_sessions_forgets_all_others(self, sign_in, known, path):
        mine, other = known
        form = {"current": PASSWORD, "password": NEW} if "password" in path else {}
        assert mine.post(f"/console/settings/{path}", form).status_code == 302
        password = NEW if form else PASSWORD
        mine.post("/console/sign-out")
        sign_in(mine, password=password)
        assert not notices()
        sign_in(other, password=password)
        assert len(notices()) == 1

    def test_other_people_in_that_browser_are_still_known(self, sign_in, known, visitor_at, northwind):
        shared = known[0]
        shared.post("/console/sign-out")
        sign_in(shared, email="ben@northwind.example")
        shared.post("/console/sign-out")
        self.reset_password(visitor_at, northwind)
        sign_in(shared, email="ben@northwind.example")
        assert not [to for to, _ in notices() if to.startswith("ben")]

    def test_a_reset_of_who_has_never_signed_in_leaves_nothing(self, visitor_at, northwind):
        self.reset_password(visitor_at, northwind)
        assert not KnownBrowser.objects.exists()
