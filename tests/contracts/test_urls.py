"""Contract 3: every address of the site, called in the wrong way or by its own people.

The addresses come from Django's resolver (`conftest.py`), so a new one is tried without anything being added here;
only a parameter of a new name needs a sample (`steward.testing.url_samples`).
"""

import pytest

from steward.testing.route_kinds import (
    BEARER,
    FRONT,
    OF_A_CHANGE,
    OFFICE,
    OFFICE_ENTRANCE,
    ONE_CLICK,
    PROBES,
    PUBLIC,
    READ_AND_WRITTEN,
    READERS_MAY,
)
from steward.testing.routes import routes


def test_its_own_people_are_heard_by_one_method_and_not_by_others(route, world):
    browser = world.browser("ada", at="northwind")
    if route.pattern in FRONT | BEARER | {"console/sign-in"}:
        browser = world.browser(at="" if route.pattern in FRONT else "northwind")
    if route.pattern.startswith(OFFICE):
        browser = world.browser("" if route.pattern in OFFICE_ENTRANCE else "olga")
    answers = [world.statuses(browser, path, form=world.forms.get(route.pattern)) for path in world.paths(route)]
    heard = {m for each in answers for m, status in each.items() if status < 400 or status in {400, 422}}
    assert heard, answers
    for each in answers:
        assert all(each[method] == 405 for method in ("PUT", "PATCH", "DELETE")), each
        assert (405 in {each["GET"], each["POST"]}) != (route.pattern in READ_AND_WRITTEN), each


def test_a_post_without_the_csrf_token_is_refused(route, world):
    is_bearers = route.pattern in ONE_CLICK
    careful = world.browser() if is_bearers else world.browser("ada", at="northwind")
    careful.handler.enforce_csrf_checks = True
    expected = {200} if is_bearers else {403, 404, 405} if route.pattern in FRONT else {403, 405}
    for path in world.paths(route):
        assert world.ask(careful, "POST", path).status_code in expected


def test_an_unknown_host_gets_nothing(route, world):
    if route.pattern in PROBES:
        pytest.skip("asked by whatever name a balancer knows the machine")
    for path in world.paths(route):
        for method in ("GET", "POST"):
            assert world.ask(world.browser(at="fabrikam"), method, path).status_code == 421


def test_what_is_told_of_routes_is_told_of_routes_that_are_there():
    told = {*PUBLIC, *READ_AND_WRITTEN, *OF_A_CHANGE, *READERS_MAY}
    assert told <= {route.pattern for route in routes()}


def test_an_address_that_is_none_has_the_policy_too(world, client_of, ada):
    assert world.ask(client_of(ada), "GET", "/no/such/page").status_code == 404


def test_ids_that_are_none_are_not_found(world, client_of, ada):
    for path in ("/console/tickets/ZZZ-00000", f"/console/messages/{ada.id}/body", f"/console/attachments/{ada.id}"):
        assert world.ask(client_of(ada), "GET", path).status_code == 404


def test_demo_pages_are_not_there_outside_the_demo(world, visitor_at, client_of, ada):
    for browser in (visitor_at(), client_of(ada)):
        assert world.ask(browser, "GET", "/outbox").status_code == 404
        assert world.ask(browser, "GET", "/outbox.json").status_code == 404
