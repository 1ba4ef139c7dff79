"""What changes how an operator signs in is told to them by mail: nobody is quietly let into the back office."""

import quopri

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from steward.lib.actor import SYSTEM
from steward.outbox.models import InstallationMail
from steward.people import second_factors
from steward.people.actions import add_member
from steward.people.actions.sign_in import take_away_factors
from steward.people.models import KnownBrowser, OperatorAct, Role
from steward.people.operators import create_operator, new_operator_link, reset_second_factors
from steward.people.throttling import SECOND_FACTOR
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.scope import account_scope
from steward.testing.browsing import client_of_operator
from steward.testing.cast import PASSWORD
from steward.testing.codes import code_of_app

pytestmark = pytest.mark.django_db
FACTOR = "/operator/sign-in/second-factor"
NEW = "eleven kites above town"


def told():
    """Recipient and text of every mail, the oldest first."""
    rows = InstallationMail.objects.order_by("created_at", "id")
    read = [
        [
            decrypt_for_installation(getattr(mail, name), context=mail.context_of(name))
            for name in ("recipient", "content")
        ]
        for mail in rows
    ]
    return [(to.decode(), quopri.decodestring(content).decode()) for to, content in read]


def only(words, operator):
    [(to, text)] = told()
    assert to == operator.user.email
    assert words in text
    return text


@pytest.fixture
def code(olga):
    return second_factors.new_recovery_codes(olga.user)[0]


def show_password(browser, operator, password=PASSWORD):
    browser.post("/operator/sign-in", {"email": operator.user.email, "password": password})
    return browser


class TestWhatIsTold:
    def test_a_new_password(self, operator_client, olga):
        operator_client.post("/operator/me/password", {"password": NEW})
        text = only("The password of olga@operator.example was changed.", olga)
        assert "/operator/me/password" in text
        assert "tell the other operators" in text
        assert "/console/" not in text, "there is none on the base domain"

    def test_one_chosen_by_a_link(self, visitor_at, olga):
        visitor_at().post(f"/operator/welcome/{new_operator_link(olga)}", {"password": NEW})
        only("The password of olga@operator.example was changed.", olga)

    def test_but_not_the_first_one(self, visitor_at):
        operator = create_operator("nils@operator.example", password=None)
        visitor_at().post(f"/operator/welcome/{new_operator_link(operator)}", {"password": NEW})
        assert told() == []

    def test_an_app(self, operator_client, olga):
        Authenticator.objects.filter(user=olga.user, type="totp").delete()
        Authenticator.objects.create(user=olga.user, type="webauthn", data={"name": "Key"})
        page = operator_client.get("/operator/me/app")
        secret = page.context["secret"].replace(" ", "")
        operator_client.post("/operator/me/app", {"code": code_of_app(secret)})
        only("A second factor was added to the sign-in of olga@operator.example.", olga)

    def test_a_passkey(self, operator_client, olga, monkeypatch):
        """What a browser answers is tried in a browser; here a passkey is believed."""
        monkeypatch.setattr(second_factors, "store_passkey", lambda *_: object())
        operator_client.post("/operator/me/passkeys", {"name": "Key", "answer": "{}"})
        only("A second factor was added to the sign-in of olga@operator.example.", olga)

    def test_a_factor_that_is_removed(self, operator_client, olga):
        passkey = Authenticator.objects.create(user=olga.user, type="webauthn", data={"name": "Key"})
        operator_client.post(f"/operator/me/factors/{passkey.pk}/removal")
        only("A second factor was removed from the sign-in of olga@operator.example.", olga)

    def test_all_of_them_taken_away_on_the_machine(self, olga):
        reset_second_factors(olga)
        only("A second factor was removed from the sign-in of olga@operator.example.", olga)

    def test_also_by_the_command_for_members(self, olga):
        take_away_factors(olga.user)
        only("A second factor was removed from the sign-in of olga@operator.example.", olga)
        assert OperatorAct.objects.filter(act="second_factor.removed", about=str(olga.pk)).count() == 1

    def test_new_recovery_codes(self, operator_client, olga):
        operator_client.post("/operator/me/recovery-codes")
        only("New recovery codes were made for the sign-in of olga@operator.example.", olga)

    def test_a_recovery_code_that_is_used(self, visitor_at, olga, code):
        show_password(visitor_at(), olga).post(FACTOR, {"code": code})
        only("Somebody signed in as olga@operator.example with a recovery code.", olga)
        assert OperatorAct.objects.filter(act="recovery_code.used", operator_id=olga.pk).exists()

    def test_guessed_codes_once(self, visitor_at, olga):
        browser = show_password(visitor_at(), olga)
        for _ in range(SECOND_FACTOR.tries + 3):
            browser.post(FACTOR, {"code": "000000"})
        only("Somebody typed the right password of olga@operator.example and then wrong codes", olga)

    def test_in_the_language_of_the_page(self, operator_client, olga):
        operator_client.post("/operator/me/password", {"password": NEW}, headers={"accept-language": "pl"})
        only("Hasło", olga)

    def test_whom_no_mail_reaches_changes_it_all_the_same(self, operator_client, olga):
        olga.user.email = '"\x01"@operator.example'
        olga.user.save()
        assert operator_client.post("/operator/me/password", {"password": NEW}).status_code == 302
        olga.user.refresh_from_db()
        assert olga.user.check_password(NEW)
        assert told() == []


class TestWhatIsChangedInAnAccount:
    """An operator who works in an account, too, has one identity: the operators' log knows what was done there."""

    @pytest.fixture
    def both(self, northwind, olga):
        with account_scope(northwind.id):
            me = add_member(olga.user.email, name="Olga", role=Role.AGENT, password=None, actor=SYSTEM)
        me.user, me.account = olga.user, northwind
        return me

    def test_it_stands_in_the_log_and_is_told_once(self, client_of, both, olga):
        client_of(both).post("/console/settings/sign-in/password", {"current": PASSWORD, "password": NEW})
        assert OperatorAct.objects.get(operator_id=olga.pk, act="password.changed").about == "account"
        only("The password of olga@operator.example was changed.", olga)

    def test_who_is_none_is_not_in_that_log(self, client_of, ada):
        client_of(ada).post("/console/settings/sign-in/password", {"current": PASSWORD, "password": NEW})
        assert not OperatorAct.objects.filter(operator_id=ada.user_id).exists()


class TestBrowsers:
    def sign_in(self, browser, olga, password=PASSWORD):
        code = second_factors.new_recovery_codes(olga.user)[0]
        show_password(browser, olga, password).post(FACTOR, {"code": code})
        assert browser.get("/operator/").status_code == 200
        return browser

    def tells(self):
        return sum("with a browser you have not used here before" in text for _, text in told())

    def test_signing_out_everywhere_else_forgets_the_others(self, visitor_at, olga):
        mine, other = self.sign_in(visitor_at(), olga), self.sign_in(visitor_at(), olga)
        before = self.tells()
        mine.post(reverse("operator:sessions-end"))
        assert mine.get("/operator/").status_code == 200
        assert OperatorAct.objects.filter(act="sessions.ended", operator_id=olga.pk).count() == 1
        mine.post("/operator/sign-out")
        self.sign_in(mine, olga)
        assert self.tells() == before
        self.sign_in(other, olga)
        assert self.tells() == before + 1

    def test_a_link_forgets_all_of_them(self, visitor_at, olga):
        browser = self.sign_in(visitor_at(), olga)
        visitor_at().post(f"/operator/welcome/{new_operator_link(olga)}", {"password": NEW})
        self.sign_in(browser, olga, NEW)
        assert self.tells() == 1
        assert KnownBrowser.objects.filter(user=olga.user).count() == 2

    def test_it_takes_who_has_shown_lately_who_they_are(self, olga, monkeypatch):
        other, stale = client_of_operator(olga), client_of_operator(olga)
        monkeypatch.setattr("steward.operator.entrance.is_fresh", lambda *_, **__: False)
        assert stale.post(reverse("operator:sessions-end")).headers["Location"].startswith(FACTOR)
        assert other.get("/operator/").status_code == 200
