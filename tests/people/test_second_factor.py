"""Second factors: added, shown, used up, replaced, removed. Nothing steps over them."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.db import connection

from steward.events.models import Event
from steward.outbox.models import InstallationMail
from steward.people import second_factors
from steward.people.actions.sign_in import (
    FactorRequired,
    Person,
    add_totp,
    reader_of,
    remove_passkey,
    take_away_factors,
)
from steward.people.authentication import relying_party
from steward.people.models import SecurityPolicy, Session, User
from steward.people.sessions import FACTORS, SessionStore
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD

PAGE, SECOND = "/console/sign-in", "/console/sign-in/second-factor"
SETTINGS, APP = "/console/settings/sign-in", "/console/settings/sign-in/app"
ADA = "ada@northwind.example"

pytestmark = pytest.mark.usefixtures("clock")


def sign_in(browser, email=ADA, password=PASSWORD, **more):
    return browser.post(PAGE, {"login": email, "password": password} | more)


def is_in(browser):
    return browser.get("/console/").status_code == 200


def session_of(browser):
    return SessionStore(browser.cookies[django_settings.SESSION_COOKIE_NAME].value)


def kinds(account):
    with account_scope(account.id):
        return list(Event.objects.order_by("id").values_list("kind", flat=True))


def purposes():
    return sorted(InstallationMail.objects.values_list("purpose", flat=True))


class TestSigningIn:
    def test_the_password_alone_opens_nothing(self, visitor_at, northwind, secret):
        browser = visitor_at(northwind)
        answer = sign_in(browser)
        assert (answer.status_code, answer["Location"]) == (302, SECOND)
        assert not is_in(browser)
        for path in (SETTINGS, "/console/search?q=x", "/console/settings/sessions"):
            assert browser.get(path)["Location"].startswith(PAGE)

    def test_with_the_code_one_is_in_where_one_was_going(self, visitor_at, northwind, secret, clock):
        browser = visitor_at(northwind)
        sign_in(browser, next="/console/search?q=x")
        clock(seconds=30)
        answer = browser.post(SECOND, {"code": second_factors.totp_code(secret)})
        assert answer["Location"] == "/console/search?q=x"
        assert is_in(browser)
        assert session_of(browser)[FACTORS] == ["password", "totp"]

    @pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"])
    def test_a_code_may_be_typed_in_the_digits_of_ones_keyboard(self, visitor_at, northwind, secret, clock, digits):
        clock(seconds=30)
        browser, code = visitor_at(northwind), second_factors.totp_code(secret)
        sign_in(browser)
        browser.post(SECOND, {"code": "".join(digits[int(digit)] for digit in code)})
        assert is_in(browser)

    def test_the_session_key_changes_with_the_second_factor(self, visitor_at, northwind, secret, clock):
        browser = visitor_at(northwind)
        sign_in(browser)
        before = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
        clock(seconds=30)
        browser.post(SECOND, {"code": second_factors.totp_code(secret)})
        assert browser.cookies[django_settings.SESSION_COOKIE_NAME].value != before
        browser.cookies[django_settings.SESSION_COOKIE_NAME] = before
        assert not is_in(browser)

    @pytest.mark.parametrize("code", ["", "000000", "12345", "x" * 5000, "٠١٢٣٤٥", "\x00", "null"])
    def test_other_codes_open_nothing(self, visitor_at, northwind, secret, code):
        browser = visitor_at(northwind)
        sign_in(browser)
        assert browser.post(SECOND, {"code": code}).status_code == 422
        assert not is_in(browser)

    def test_a_code_is_good_once(self, visitor_at, northwind, secret, clock):
        clock(seconds=30)
        code = second_factors.totp_code(secret)
        for number, works in enumerate((True, False)):
            browser = visitor_at(northwind)
            sign_in(browser)
            browser.post(SECOND, {"code": code})
            assert is_in(browser) is works, number

    def test_a_code_is_good_for_thirty_seconds(self, visitor_at, northwind, secret, clock):
        clock(seconds=30)
        code = second_factors.totp_code(secret)
        clock(seconds=60)
        browser = visitor_at(northwind)
        sign_in(browser)
        assert browser.post(SECOND, {"code": code}).status_code == 422

    def test_the_code_that_added_the_app_is_used_up(self, visitor_at, northwind, clock, secret):
        browser = visitor_at(northwind)
        sign_in(browser)
        assert browser.post(SECOND, {"code": second_factors.totp_code(secret)}).status_code == 422

    def test_guessing_is_stopped_and_told(self, visitor_at, northwind, secret, clock):
        clock(seconds=30)
        browser = visitor_at(northwind)
        sign_in(browser)
        for number in range(7):
            page = browser.post(SECOND, {"code": f"00000{number}"})
        assert "Try again in 5 minutes" in page.content.decode()
        assert browser.post(SECOND, {"code": second_factors.totp_code(secret)}).status_code == 422
        assert purposes() == ["security notice"]
        clock(seconds=30 + 5 * 60)
        browser.post(SECOND, {"code": second_factors.totp_code(secret)})
        assert is_in(browser)

    def test_a_recovery_code_works_once_however_it_is_written(self, visitor_at, northwind, codes):
        for typed, works in ((codes[0].lower().replace("-", " "), True), (codes[0], False), (codes[1], True)):
            browser = visitor_at(northwind)
            sign_in(browser)
            browser.post(SECOND, {"code": typed})
            assert is_in(browser) is works
        assert purposes() == ["security notice"] * 3, "two codes, and the second browser"
        assert kinds(northwind).count("recovery_code.used") == 2

    def test_nobody_comes_to_the_second_step_without_the_first(self, visitor_at, northwind, secret, clock):
        clock(seconds=30)
        browser = visitor_at(northwind)
        assert browser.get(SECOND)["Location"] == PAGE
        assert browser.post(SECOND, {"code": second_factors.totp_code(secret)})["Location"] == PAGE
        assert not is_in(browser)

    def test_a_sign_in_that_waits_goes_on_at_no_other_account(self, visitor_at, northwind, contoso, secret, clock):
        browser = visitor_at(northwind)
        sign_in(browser)
        clock(seconds=30)
        form = {"code": second_factors.totp_code(secret)}
        answer = browser.post(SECOND, form, headers={"host": "contoso.localhost"})
        assert answer["Location"] == PAGE
        assert browser.get("/console/", headers={"host": "contoso.localhost"}).status_code == 302

    def test_an_event_tells_by_what_somebody_signed_in(self, visitor_at, northwind, ada, secret, clock):
        browser = visitor_at(northwind)
        sign_in(browser)
        clock(seconds=30)
        browser.post(SECOND, {"code": second_factors.totp_code(secret)})
        with account_scope(northwind.id):
            event = Event.objects.get(kind="member.signed_in")
            assert (event.object_id, event.actor_id, event.changes) == (
                ada.pk,
                ada.pk,
                {"factors": ["password", "totp"]},
            )


class TestAdding:
    def test_an_app(self, client_of, ada, northwind):
        browser = client_of(ada)
        page = browser.get(APP)
        secret = page.context["secret"].replace(" ", "")
        assert len(base64.b32decode(secret)) == 20
        assert page.context["picture"].startswith("data:image/svg+xml;base64,")
        answer = browser.post(APP, {"code": second_factors.totp_code(secret)})
        assert answer.status_code == 200
        assert len(set(answer.context["codes"])) == 10
        assert answer["Cache-Control"] == "no-store"
        assert second_factors.has_second_factor(ada.user)
        assert session_of(browser)[FACTORS] == ["password", "totp"], "it was shown just now"
        assert "second_factor.added" in kinds(northwind)
        assert purposes() == ["security notice"]

    def test_a_wrong_code_adds_nothing_and_keeps_the_secret(self, client_of, ada):
        browser = client_of(ada)
        secret = browser.get(APP).context["secret"]
        answer = browser.post(APP, {"code": "000000"})
        assert (answer.status_code, answer.context["secret"]) == (422, secret)
        assert not second_factors.has_second_factor(ada.user)

    def test_the_secret_is_nowhere_in_clear(self, client_of, ada):
        browser = client_of(ada)
        secret = browser.get(APP).context["secret"].replace(" ", "")
        assert secret not in json.dumps(dict(session_of(browser).items()))
        browser.post(APP, {"code": second_factors.totp_code(secret)})
        row = Authenticator.objects.get(type="totp")
        assert secret not in json.dumps(row.data)
        assert get_adapter().decrypt(row.data["secret"]) == secret

    def test_recovery_codes_are_stored_as_hashes_with_a_salt(self, ada, codes):
        data = Authenticator.objects.get(type="recovery_codes").data
        assert len(base64.b64decode(data["salt"])) == 16
        assert len(data["hashes"]) == 10
        assert all(code.replace("-", "") not in json.dumps(data) for code in codes)
        assert all(len(code) == 11 for code in codes)

    def test_other_sessions_end(self, client_of, ada):
        elsewhere, browser = client_of(ada), client_of(ada)
        secret = browser.get(APP).context["secret"].replace(" ", "")
        browser.post(APP, {"code": second_factors.totp_code(secret)})
        assert is_in(browser)
        assert not is_in(elsewhere)

    def test_a_second_app_is_not_added(self, client_of, ada, secret):
        assert client_of(ada).get(APP)["Location"] == SETTINGS

    def test_new_recovery_codes_make_the_old_ones_worthless(self, client_of, ada, codes, visitor_at, northwind):
        answer = client_of(ada).post("/console/settings/sign-in/recovery-codes")
        assert set(answer.context["codes"]).isdisjoint(codes)
        browser = visitor_at(northwind)
        sign_in(browser)
        assert browser.post(SECOND, {"code": codes[0]}).status_code == 422
        assert browser.post(SECOND, {"code": answer.context["codes"][0]}).status_code == 302

    def test_without_a_second_factor_there_are_no_recovery_codes(self, client_of, ada):
        assert client_of(ada).post("/console/settings/sign-in/recovery-codes").status_code == 302
        assert not Authenticator.objects.exists()


class TestRemoving:
    def test_the_app_and_its_recovery_codes(self, client_of, ada, codes, northwind):
        answer = client_of(ada).post("/console/settings/sign-in/app/removal")
        assert answer["Location"] == SETTINGS
        assert not Authenticator.objects.filter(user=ada.user).exists()
        assert "second_factor.removed" in kinds(northwind)
        assert purposes() == ["security notice"]

    def test_another_persons_passkey_is_not_there(self, client_of, ada, ben):
        row = Authenticator.objects.create(user=ben.user, type="webauthn", data={"name": "Ben's"})
        for verb in ("name", "removal"):
            answer = client_of(ada).post(f"/console/settings/sign-in/passkeys/{row.pk}/{verb}", {"name": "Mine"})
            assert answer.status_code == 404
        row.refresh_from_db()
        assert row.data["name"] == "Ben's"

    def test_the_last_one_stays_where_the_account_requires_it(self, client_of, ada, secret, northwind):
        require(northwind, "admins")
        browser = client_of(ada, factors=("password", "totp"))
        browser.post("/console/settings/sign-in/app/removal")
        assert second_factors.has_second_factor(ada.user)

    @pytest.mark.django_db(transaction=True)
    def test_the_last_two_removed_at_once_leave_one(self, ada, northwind):
        require(northwind, "admins")
        passkeys = [Authenticator.objects.create(user=ada.user, type="webauthn", data={"name": n}) for n in "ab"]
        person = Person(ada.user, ada, reader_of(ada, northwind), None)
        barrier = threading.Barrier(2)

        def remove(passkey):
            try:
                barrier.wait()
                with account_scope(northwind.id):
                    remove_passkey(person, passkey)
            except FactorRequired:
                return "refused"
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as both:
            assert sorted(map(str, both.map(remove, passkeys))) == ["None", "refused"]
        assert second_factors.has_second_factor(ada.user)

    @pytest.mark.django_db(transaction=True)
    def test_a_double_click_adds_one_app(self, ada, northwind):
        person, secret = Person(ada.user, ada, reader_of(ada, northwind), None), second_factors.new_totp_secret()

        def add(_click):
            try:
                with account_scope(northwind.id):
                    return len(add_totp(person, secret))
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as clicks:
            assert sorted(clicks.map(add, range(2))) == [0, 10]


def require(account, whom):
    with account_scope(account.id):
        SecurityPolicy.objects.update_or_create(defaults={"second_factor": whom})


class TestConfirming:
    CONFIRMATION = "/console/settings/sign-in/confirmation"
    PAGES = ("/console/settings/sign-in/password", "/console/settings/sign-in/address", APP,
             "/console/settings/sign-in/passkeys", "/console/settings/security")  # fmt: skip

    @pytest.fixture
    def stale(self, client_of, ada, clock):
        browser = client_of(ada)
        clock(seconds=3600)
        return browser

    @pytest.mark.parametrize("page", PAGES)
    def test_who_signed_in_long_ago_shows_again_who_they_are(self, stale, page):
        answer = stale.get(page)
        assert answer["Location"].startswith(f"{self.CONFIRMATION}?next=")
        back = stale.post(answer["Location"], {"password": PASSWORD, "next": page})
        assert back["Location"] == page
        assert stale.get(page).status_code == 200

    @pytest.mark.parametrize(
        "path", ["app/removal", "recovery-codes", "passkeys/1/removal", "passkeys/1/name", "password", "app"]
    )
    def test_nothing_is_done_before(self, stale, path, ada, secret):
        answer = stale.post(f"/console/settings/sign-in/{path}", {"code": "1", "name": "x"})
        assert answer["Location"].startswith(self.CONFIRMATION)
        assert second_factors.has_second_factor(ada.user)

    @pytest.mark.parametrize("form", [{}, {"password": ""}, {"password": "wrong"}, {"password": "x" * 5000}])
    def test_what_is_not_right_confirms_nothing(self, stale, form):
        assert stale.post(self.CONFIRMATION, form).status_code == 422
        assert stale.get(APP).status_code == 302

    def test_who_has_a_second_factor_shows_both(self, ada, secret, stale):
        assert stale.post(self.CONFIRMATION, {"password": PASSWORD}).status_code == 422
        code = second_factors.totp_code(secret)
        assert stale.post(self.CONFIRMATION, {"password": "wrong", "code": code}).status_code == 422
        assert stale.post(self.CONFIRMATION, {"password": PASSWORD, "code": code}).status_code == 302

    def test_the_session_gets_a_new_key(self, stale):
        before = stale.cookies[django_settings.SESSION_COOKIE_NAME].value
        stale.post(self.CONFIRMATION, {"password": PASSWORD})
        after = stale.cookies[django_settings.SESSION_COOKIE_NAME].value
        assert after != before
        assert is_in(stale)
        stale.cookies[django_settings.SESSION_COOKIE_NAME] = before
        assert not is_in(stale)

    def test_guessing_the_password_is_stopped(self, stale):
        for _ in range(6):
            stale.post(self.CONFIRMATION, {"password": "wrong"})
        assert stale.post(self.CONFIRMATION, {"password": PASSWORD}).status_code == 422

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
    def test_it_leads_to_no_other_site(self, stale, target):
        answer = stale.post(self.CONFIRMATION, {"password": PASSWORD, "next": target})
        assert answer["Location"] == SETTINGS


class TestPasskeys:
    def test_the_browser_is_asked_for_one_that_knows_its_owner(self, client_of, ada):
        options = client_of(ada).post("/console/settings/sign-in/passkeys", {"ask": "passkey"}).json()["publicKey"]
        assert options["rp"] == {"id": "northwind.localhost", "name": "Steward"}
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert len(base64.urlsafe_b64decode(options["challenge"] + "==")) >= 16
        assert base64.urlsafe_b64decode(options["user"]["id"] + "==") == ada.user.pk.hex.encode()

    def test_asking_to_sign_in_names_nobody(self, visitor_at, northwind, ada):
        options = visitor_at(northwind).post("/console/sign-in/passkey").json()["publicKey"]
        assert not options.get("allowCredentials")
        assert options["userVerification"] == "required"

    @pytest.mark.parametrize("answer", ["", "{}", "null", "[]", "1", "x", '{"id": "a", "rawId": "a", "response": {}}',
                                        '{"response": {"userHandle": "AAAA"}}', '"\\u0000"'])  # fmt: skip
    def test_what_no_browser_answers_signs_nobody_in(self, visitor_at, northwind, answer):
        browser = visitor_at(northwind)
        browser.post("/console/sign-in/passkey")
        assert browser.post("/console/sign-in/passkey", {"answer": answer}).status_code == 422
        assert not is_in(browser)

    @pytest.mark.parametrize("answer", ["", "{}", "null", "x", '{"id": "a", "rawId": "a", "response": {}}'])
    def test_nor_adds_a_passkey(self, client_of, ada, answer):
        browser = client_of(ada)
        browser.post("/console/settings/sign-in/passkeys", {"ask": "passkey"})
        form = {"name": "Key", "answer": answer}
        assert browser.post("/console/settings/sign-in/passkeys", form).status_code == 422
        assert not second_factors.has_second_factor(ada.user)

    @pytest.mark.parametrize(
        ("host", "domain", "demo", "party"),
        [
            ("northwind.desk.example", "desk.example", False, "desk.example"),
            ("desk.example:8000", "desk.example", False, "desk.example"),
            ("northwind.desk.example", "desk.example", True, "northwind.desk.example"),
            ("northwind.localhost:8000", "localhost", False, "northwind.localhost"),
            ("elsewhere.example", "desk.example", False, "elsewhere.example"),
            ("evildesk.example", "desk.example", False, "evildesk.example"),
        ],
    )
    def test_where_it_is_good(self, settings, host, domain, demo, party):
        settings.STEWARD_DOMAIN, settings.STEWARD_DEMO = domain, demo
        assert relying_party(host) == party


def test_a_person_who_goes_takes_all_of_it_along(client_of, ada, codes):
    client_of(ada)
    with account_scope(ada.account_id):
        User.objects.filter(pk=ada.user_id).delete()
    assert not Authenticator.objects.exists()
    assert not Session.objects.filter(user=ada.user_id).exists()


def test_the_operator_takes_all_factors_away_and_everybody_hears(
    client_of, ada, codes, northwind, visitor_at, run_jobs
):
    browser = client_of(ada)
    assert take_away_factors(ada.user)
    assert not is_in(browser)
    assert sign_in(visitor_at(northwind))["Location"] == "/console/"
    run_jobs("people.note_ended_sessions")
    assert {"second_factor.removed", "session.ended"} <= set(kinds(northwind))
    assert purposes() == ["security notice"]
    assert not take_away_factors(ada.user)
