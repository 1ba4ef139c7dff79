"""The sign-in page under people who try: long passwords, many attempts, links that lead elsewhere."""

import time

import pytest

from steward.people.authentication import Argon2id
from steward.testing.cast import PASSWORD

PAGE = "/console/sign-in"
ADA = "ada@northwind.example"
ELSEWHERE = ["https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"]
ELSEWHERE += [
    "javascript:alert(1)",
    "http:evil.example",
    "https:///evil.example",
    "/\t/evil.example",
    " //evil.example",
]
ELSEWHERE += ["data:text/html,x", "http://contoso.localhost/"]


def attempt(browser, email=ADA, password="wrong", **extra):
    return browser.post(PAGE, {"login": email, "password": password} | extra)


def errors(response):
    return [str(error) for error in response.context["form"].non_field_errors()]


@pytest.mark.parametrize("email", [ADA, "nobody@example.org"])
def test_a_password_of_a_megabyte_keeps_nothing_busy(visitor_at, northwind, email, monkeypatch):
    hashed = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2id, name, lambda _hasher, *given, name=name: hashed.append(name) or name)
    response = attempt(visitor_at(northwind), email, "x" * 2**20)
    assert not hashed
    assert response.status_code == 200
    assert errors(response)


def test_an_unknown_address_takes_as_long_as_a_known_one(visitor_at, northwind, ada, earnest_passwords):
    ada.user.set_password(PASSWORD)
    ada.user.save()

    def taken(email):
        """Of the processor: other programs do not count."""
        start = time.process_time()
        attempt(visitor_at(northwind), email)
        return time.process_time() - start

    taken("somebody@example.org")
    pairs = [(taken(ADA), taken("nobody@example.org")) for _ in range(3)]
    known, unknown = map(min, zip(*pairs, strict=True))
    assert known / 2 < unknown < known * 2


def test_many_attempts_are_answered_alike_whether_the_address_is_known(visitor_at, northwind):
    said = []
    for machine, email in enumerate((ADA, "nobody@northwind.example")):
        place = {"REMOTE_ADDR": f"192.0.2.{machine}"}
        answers = [visitor_at(northwind).post(PAGE, {"login": email, "password": "x"}, **place) for _ in range(8)]
        said.append([(answer.status_code, errors(answer) if answer.context else answer.content) for answer in answers])
        assert len({str(answer) for answer in said[-1]}) == 2, "wrong at first, stopped at last"
    assert said[0] == said[1]


def test_the_right_password_is_stopped_too(visitor_at, northwind):
    for _ in range(8):
        attempt(visitor_at(northwind))
    browser = visitor_at(northwind)
    attempt(browser, password=PASSWORD)
    assert browser.get("/console/").status_code == 302


def test_one_persons_attempts_do_not_stop_another(visitor_at, northwind):
    for _ in range(8):
        attempt(visitor_at(northwind), "nobody@northwind.example")
    browser = visitor_at(northwind)
    attempt(browser, password=PASSWORD)
    assert browser.get("/console/").status_code == 200


def test_a_header_that_anybody_can_write_gives_no_new_attempts(visitor_at, northwind):
    stopped = None
    for number in range(40):
        headers = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}
        response = visitor_at(northwind).post(
            PAGE, {"login": f"p{number}@example.org", "password": "wrong"}, headers=headers
        )
        if stopped is None:
            stopped = str(errors(response))
        elif response.status_code == 429 or str(errors(response)) != stopped:
            return
    raise AssertionError("40 attempts from one machine and nobody was stopped")


def test_what_was_typed_is_kept_but_the_password(visitor_at, northwind):
    response = visitor_at(northwind).post(f"{PAGE}?next=/console/search", {"login": ADA, "password": "not this one"})
    page = response.content.decode()
    assert f'value="{ADA}"' in page
    assert "not this one" not in page


def test_one_comes_to_where_one_wanted_to_go(visitor_at, northwind):
    browser = visitor_at(northwind)
    asked = browser.get("/console/search?q=x")
    assert asked.status_code == 302
    page = browser.get(asked["Location"]).content.decode()
    assert 'name="next" value="/console/search?q=x"' in page
    answer = attempt(browser, password=PASSWORD, next="/console/search?q=x")
    assert answer["Location"] == "/console/search?q=x"


def test_after_a_wrong_password_too(visitor_at, northwind):
    response = attempt(visitor_at(northwind), next="/console/search?q=x")
    assert 'name="next" value="/console/search?q=x"' in response.content.decode()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_never_to_another_site(visitor_at, northwind, target):
    answer = attempt(visitor_at(northwind), password=PASSWORD, next=target)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert answer["Location"][1:2] not in {"/", "\\", "\t"}


def test_a_link_signs_nobody_out(client_of, ada):
    browser = client_of(ada)
    assert browser.get("/console/sign-out").status_code == 405
    assert browser.get("/console/").status_code == 200


def test_what_was_typed_before_the_session_ended_is_not_sent_twice_by_signing_in(visitor_at, northwind):
    """An address that takes only POST is no place to come back to."""
    browser = visitor_at(northwind)
    asked = browser.post("/console/tickets/ABC-12345/replies", {"body_text": "x"})
    assert asked.status_code == 302
    answer = attempt(browser, password=PASSWORD, next=asked["Location"].partition("next=")[2].replace("%2F", "/"))
    assert browser.get(answer["Location"]).status_code != 405
