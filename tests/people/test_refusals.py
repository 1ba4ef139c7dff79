"""What the log of the installation says of sign-ins that were refused, and what it does not."""

import logging

import pytest

from steward.people import second_factors
from steward.people.throttling import SIGN_IN_ADDRESS, TooManyTries, count_try
from steward.testing.cast import PASSWORD

PAGE = "/console/sign-in"


@pytest.fixture
def told(caplog):
    """The lines about refusals so far."""
    caplog.set_level(logging.INFO, "steward.security")
    return lambda: [each.getMessage() for each in caplog.records if each.name == "steward.security"]


def by(line):
    return line.rpartition(" by ")[2]


@pytest.mark.parametrize("email", ["ada@northwind.example", "nobody@northwind.example"])
def test_a_wrong_password(visitor_at, northwind, told, email):
    visitor_at(northwind).post(PAGE, {"login": email, "password": "not this one"})
    [line] = told()
    assert line.startswith(f"refused: password, account {northwind.id}, by ")
    assert "not this one" not in line
    assert email not in line
    assert "127.0.0.1" not in line


def test_one_client_has_one_mark(visitor_at, northwind, told):
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        visitor_at(northwind).post(PAGE, {"login": "x@y.example", "password": "not this one"}, REMOTE_ADDR=address)
    first, second, third = map(by, told())
    assert first == second != third


def test_a_good_password_is_no_refusal(visitor_at, northwind, told):
    visitor_at(northwind).post(PAGE, {"login": "ada@northwind.example", "password": PASSWORD})
    assert told() == []


def test_a_wrong_code_and_a_wrong_passkey(visitor_at, northwind, ada, told):
    second_factors.store_totp(ada.user, second_factors.new_totp_secret())
    browser = visitor_at(northwind)
    browser.post(PAGE, {"login": "ada@northwind.example", "password": PASSWORD})
    browser.post("/console/sign-in/second-factor", {"code": "abc"})
    browser.post("/console/sign-in/second-factor", {"answer": "{}"})
    code, passkey = told()
    assert code.startswith("refused: code, ")
    assert passkey.startswith("refused: passkey, ")
    assert str(ada.user.pk) not in code + passkey


def test_an_operators_wrong_password(visitor_at, olga, told):
    visitor_at().post("/operator/sign-in", {"email": olga.user.email, "password": "not this one"})
    [line] = told()
    assert line.startswith("refused: operator's password, ")
    assert olga.user.email not in line


def test_too_many_tries(db, told):
    for _ in range(SIGN_IN_ADDRESS.tries):
        count_try(SIGN_IN_ADDRESS, "eli@example.org")
    assert told() == []
    with pytest.raises(TooManyTries):
        count_try(SIGN_IN_ADDRESS, "eli@example.org")
    [line] = told()
    assert line.startswith("refused: too many tries, sign-in address, ")
    assert "eli" not in line
