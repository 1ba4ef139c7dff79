"""Into the back office: a password, always a second factor, and no other door."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator

from steward.lib.clock import now
from steward.people.models import Membership, OperatorAct, Session, User
from steward.people.operators import (
    IDLE,
    LIFETIME,
    AlreadyOperator,
    create_operator,
    new_operator_link,
    remove_operator,
)
from steward.people.second_factors import factors_of, has_second_factor, new_recovery_codes
from steward.people.throttling import PASSKEY_CLIENT
from steward.tenancy.scope import account_scope
from steward.testing.browsing import client_of_operator
from steward.testing.cast import PASSWORD
from steward.testing.codes import code_of_app

pytestmark = pytest.mark.django_db
SIGN_IN, FACTOR, HOME = "/operator/sign-in", "/operator/sign-in/second-factor", "/operator/"


@pytest.fixture
def new_operator(db):
    """An operator who has not signed in yet."""
    return create_operator("nils@operator.example", password=PASSWORD)


def type_password(browser, email, password=PASSWORD):
    return browser.post(SIGN_IN, {"email": email, "password": password})


def words_of(response):
    return re.sub(r"\s+", " ", re.sub(r'name="csrf[^>]*>|content="[^"]*"|value="[^"]*"', "", response.content.decode()))


def test_a_password_alone_opens_nothing(visitor_at, olga):
    browser = visitor_at()
    assert type_password(browser, olga.user.email).headers["Location"].startswith(FACTOR)
    assert browser.get(HOME).headers["Location"].startswith(SIGN_IN)
    assert browser.get("/operator/me/app").headers["Location"].startswith(FACTOR)
    assert browser.post("/operator/me/app", {"code": "123456"}).headers["Location"].startswith(FACTOR)


def test_a_recovery_code_is_a_second_factor_once(visitor_at, olga):
    [code, *_others] = new_recovery_codes(olga.user)
    for is_good in (True, False):
        browser = visitor_at()
        type_password(browser, olga.user.email)
        response = browser.post(FACTOR, {"code": code})
        assert (response.status_code == 302) is is_good
        assert (browser.get(HOME).status_code == 200) is is_good


def test_the_first_sign_in_adds_a_second_factor(visitor_at, new_operator):
    browser = visitor_at()
    type_password(browser, new_operator.user.email)
    assert browser.get(FACTOR).headers["Location"] == "/operator/me/app"
    page = browser.get("/operator/me/app").content.decode()
    secret = re.search(r"data-totp-secret>([^<]+)<", page)[1].replace(" ", "")
    wrong = browser.post("/operator/me/app", {"code": "000000"})
    assert wrong.status_code == 422
    assert not has_second_factor(new_operator.user)
    key = browser.cookies["steward_console"].value
    codes = browser.post("/operator/me/app", {"code": code_of_app(secret)})
    assert codes.content.decode().count("<li><code>") == 10
    assert "no-store" in codes.headers["Cache-Control"]
    assert browser.cookies["steward_console"].value != key, "a new session"
    assert browser.get(HOME).status_code == 200
    assert factors_of(new_operator.user).codes_left == 10


@pytest.mark.parametrize("email", ["nobody@operator.example", "ada@northwind.example"])
def test_the_answer_is_the_same_for_all_who_may_not(visitor_at, olga, ada, email):
    wrong = type_password(visitor_at(), olga.user.email, "not the password at all")
    other = type_password(visitor_at(), email)
    assert wrong.status_code == other.status_code == 422
    assert words_of(wrong) == words_of(other)


def test_guessing_is_slowed_down(visitor_at, olga):
    browser = visitor_at()
    answers = [type_password(browser, olga.user.email, "not the password at all").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert type_password(browser, olga.user.email).status_code == 429


def test_guessing_codes_is_slowed_down(visitor_at, olga):
    browser = visitor_at()
    type_password(browser, olga.user.email)
    assert [browser.post(FACTOR, {"code": "000000"}).status_code for _ in range(6)] == [422] * 5 + [429]


def test_what_was_typed_is_kept_but_the_password(visitor_at, olga):
    page = type_password(visitor_at(), olga.user.email, "not the password at all").content.decode()
    assert olga.user.email in page
    assert "not the password" not in page


def test_one_comes_back_to_where_one_was_going_and_nowhere_else(visitor_at, olga):
    for wanted, leads_to in (
        ("/operator/jobs", "/operator/jobs"),
        ("https://evil.example/", HOME),
        ("/console/", HOME),
    ):
        browser, [code, *_more] = visitor_at(), new_recovery_codes(olga.user)
        type_password(browser, olga.user.email)
        assert browser.post(FACTOR, {"code": code, "next": wanted}).headers["Location"] == leads_to


def test_a_session_without_a_second_factor_opens_nothing(olga):
    assert client_of_operator(olga, factors=("password",)).get(HOME).status_code == 302


@pytest.mark.parametrize("pause", [IDLE, LIFETIME])
def test_sessions_end(operator_client, pause):
    assert operator_client.get(HOME).status_code == 200
    with time_machine.travel(now() + pause + timedelta(seconds=1), tick=False):
        assert operator_client.get(HOME).headers["Location"].startswith(SIGN_IN)


def test_signing_out(operator_client):
    assert operator_client.get("/operator/sign-out").status_code == 405
    operator_client.post("/operator/sign-out")
    assert operator_client.get(HOME).status_code == 302


def test_who_is_removed_is_out_at_once(operator_client, olga):
    user_id = olga.user.pk
    remove_operator(olga)
    assert operator_client.get(HOME).status_code == 302
    assert not User.objects.filter(pk=user_id).exists()


def test_removing_an_operator_keeps_a_member(ada):
    operator = create_operator("ada@northwind.example", password=None)
    remove_operator(operator)
    with account_scope(ada.account_id):
        assert Membership.objects.get(pk=ada.pk).user.check_password(PASSWORD)


def test_removing_a_member_keeps_an_operator(ada, northwind):
    from steward.lib.actor import SYSTEM
    from steward.people.actions import remove_member

    with account_scope(northwind.id):
        ben = Membership.objects.get(name="Ben")
        create_operator("ben@northwind.example", password=None)
        remove_member(ben, tickets_to=None, actor=SYSTEM)
    assert User.objects.filter(email="ben@northwind.example").exists()


def test_nobody_is_added_twice(olga):
    with pytest.raises(AlreadyOperator):
        create_operator("OLGA@operator.example", password=None)


def test_a_link_sets_a_password_once(visitor_at, olga):
    old, token = new_operator_link(olga), new_operator_link(olga)
    browser = visitor_at()
    assert browser.get(f"/operator/welcome/{old}").status_code == 410
    assert browser.post(f"/operator/welcome/{token}", {"password": "short"}).status_code == 422
    chosen = browser.post(f"/operator/welcome/{token}", {"password": "eleven kites above town"})
    assert chosen.headers["Location"].startswith(SIGN_IN)
    assert browser.get(HOME).status_code == 302, "nobody is signed in by it"
    assert browser.get(f"/operator/welcome/{token}").status_code == 410
    assert type_password(browser, olga.user.email, "eleven kites above town").status_code == 302


def test_a_password_set_by_a_link_stands_in_the_log(visitor_at, olga):
    visitor_at().post(f"/operator/welcome/{new_operator_link(olga)}", {"password": "eleven kites above town"})
    [noted] = OperatorAct.objects.filter(act="password.changed", operator_id=olga.pk)
    assert noted.about == "link"


def test_asking_for_a_passkey_is_a_try(visitor_at, olga):
    browser = visitor_at()
    statuses = [browser.post("/operator/sign-in/passkey").status_code for _ in range(PASSKEY_CLIENT.tries + 1)]
    assert set(statuses[:-1]) == {200}
    assert statuses[-1] == 429


def test_a_removed_factor_ends_other_sessions_and_is_noted(operator_client, olga):
    other = client_of_operator(olga)
    passkey = Authenticator.objects.create(user=olga.user, type="webauthn", data={"name": "Key"})
    assert operator_client.post(f"/operator/me/factors/{passkey.pk}/removal").status_code == 302
    assert (operator_client.get(HOME).status_code, other.get(HOME).status_code) == (200, 302)
    assert OperatorAct.objects.filter(act="second_factor.removed", operator_id=olga.pk).count() == 1


def test_the_last_second_factor_stays(operator_client, olga):
    factor = factors_of(olga.user).totp
    operator_client.post(f"/operator/me/factors/{factor.pk}/removal")
    assert has_second_factor(olga.user)
    assert operator_client.post("/operator/me/factors/1/removal").status_code == 404


def test_changing_the_sign_in_asks_again_who_one_is(operator_client, olga):
    with time_machine.travel(now() + timedelta(minutes=20), tick=False):
        operator_client.get("/operator/")
        response = operator_client.get("/operator/me/password")
    assert response.headers["Location"].startswith(FACTOR)


def test_a_new_password_ends_other_sessions(operator_client, olga):
    other = client_of_operator(olga)
    operator_client.post("/operator/me/password", {"password": "eleven kites above town"})
    assert operator_client.get(HOME).status_code == 200
    assert other.get(HOME).status_code == 302
    assert Session.objects.filter(user=olga.user).count() == 1


def test_signing_in_is_noted(visitor_at, olga):
    [code, *_more] = new_recovery_codes(olga.user)
    browser = visitor_at()
    type_password(browser, olga.user.email)
    browser.post(FACTOR, {"code": code})
    assert OperatorAct.objects.filter(act="operator.signed_in", operator_id=olga.pk).count() == 1
