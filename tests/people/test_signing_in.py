"""Signing in: at one's own account, with sessions that open nothing else."""

import pytest
from django.conf import settings

from steward.lib.actor import SYSTEM
from steward.people.actions import add_member
from steward.people.models import Role, Session, User
from steward.people.sessions import hashed
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD

PAGE = "/console/sign-in"


@pytest.fixture
def sign_in(visitor_at):
    def sign_in(account, email, password=PASSWORD):
        browser = visitor_at(account)
        response = browser.post(PAGE, {"login": email, "password": password})
        return browser, response

    return sign_in


def is_in(browser):
    return browser.get("/console/").status_code == 200


def test_with_the_right_password_at_the_right_host(sign_in, northwind, ada):
    browser, response = sign_in(northwind, "ada@northwind.example")
    assert (response.status_code, response.headers["Location"]) == (302, "/console/")
    assert is_in(browser)


def test_the_address_may_be_written_in_any_case(sign_in, northwind):
    assert is_in(sign_in(northwind, "Ada@Northwind.EXAMPLE")[0])


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@northwind.example", "wrong"),
        ("ada@northwind.example", ""),
        ("ada@northwind.example", PASSWORD + " "),
        ("ada@northwind.example", "x" * 5000),
        ("nobody@northwind.example", PASSWORD),
        ("zoe@contoso.example", PASSWORD),  # right, but of another account
        ("", ""),
    ],
)
def test_nobody_else_gets_in(sign_in, northwind, email, password):
    browser, response = sign_in(northwind, email, password)
    assert response.status_code == 200
    assert not is_in(browser)


def test_a_stranger_cannot_tell_whether_an_address_is_known(sign_in, northwind):
    """Known here with a wrong password, known in another account only, known nowhere: one answer."""
    answers = set()
    for email in ("ada@northwind.example", "zoe@contoso.example", "nobody@example.org"):
        _, response = sign_in(northwind, email, "not the password")
        answers.add(tuple(map(str, response.context["form"].non_field_errors())))
    assert len(answers) == 1
    assert answers != {()}


def test_somebody_who_may_not_sign_in_any_more(sign_in, northwind, ada):
    User.objects.filter(pk=ada.user_id).update(is_active=False)
    assert not is_in(sign_in(northwind, "ada@northwind.example")[0])


def test_many_wrong_attempts_are_stopped(sign_in, northwind):
    for _ in range(12):
        sign_in(northwind, "ada@northwind.example", "wrong")
    assert not is_in(sign_in(northwind, "ada@northwind.example")[0]), "even the right password waits now"


def test_a_session_opens_one_account_only(sign_in, northwind, contoso, ada):
    with account_scope(contoso.id):
        add_member("ada@northwind.example", name="Ada", role=Role.AGENT, password=None, actor=SYSTEM)
    browser, _ = sign_in(northwind, "ada@northwind.example")
    assert browser.get("/console/", headers={"host": "contoso.localhost"}).status_code == 302
    assert is_in(browser), "and is still good where it was made"


def test_a_session_ends_with_the_membership(sign_in, northwind, ben):
    browser, _ = sign_in(northwind, "ben@northwind.example")
    with account_scope(northwind.id):
        type(ben).objects.filter(pk=ben.pk).delete()
    assert not is_in(browser)


def test_a_session_ends_with_the_password(sign_in, northwind, ben):
    browser, _ = sign_in(northwind, "ben@northwind.example")
    ben.user.set_password("something else entirely")
    ben.user.save()
    assert not is_in(browser)


def test_signing_out_ends_the_session(sign_in, northwind):
    browser, _ = sign_in(northwind, "ada@northwind.example")
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert browser.post("/console/sign-out").status_code == 302
    assert not is_in(browser)
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(browser), "the old cookie opens nothing"


def test_the_table_holds_no_key_that_opens_anything(sign_in, northwind):
    browser, _ = sign_in(northwind, "ada@northwind.example")
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    stored = Session.objects.get(session_key=hashed(cookie.value))
    assert cookie.value not in stored.session_key + stored.session_data
    browser.cookies[settings.SESSION_COOKIE_NAME] = stored.session_key
    assert not is_in(browser)


def test_the_key_changes_when_somebody_signs_in(visitor_at, northwind):
    browser = visitor_at(northwind)
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32  # given to the victim by somebody else
    browser.post(PAGE, {"login": "ada@northwind.example", "password": PASSWORD})
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != "a" * 32
    assert is_in(browser)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(sign_in, northwind):
    cookie = sign_in(northwind, "ada@northwind.example")[0].cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"], "a host of its own for each account"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(visitor_at, northwind, target):
    form = {"login": "ada@northwind.example", "password": PASSWORD, "next": target}
    response = visitor_at(northwind).post(f"{PAGE}?next={target}", form)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/console/")


def test_nobody_signs_up(visitor_at, northwind):
    for path in ("/accounts/signup/", "/console/sign-up", "/signup"):
        assert visitor_at(northwind).get(path).status_code == 404
