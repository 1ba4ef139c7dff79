"""Contract 3: the addresses of the back office are for operators, and those of accounts are not."""

import pytest

from steward.testing.route_kinds import OFFICE, OFFICE_ENTRANCE, PUBLIC


def test_the_back_office_is_not_at_the_host_of_an_account(office_route, world):
    for who in ("", "ada", "olga"):
        browser = world.browser(who, at="northwind")
        for path in world.paths(office_route):
            answers = world.statuses(browser, path)
            for method, status in answers.items():
                assert status in {404, 405}, f"{who}: {method} {path}"
            assert 404 in answers.values()


def test_no_member_of_an_account_opens_the_back_office(office_route, world):
    if office_route.pattern in OFFICE_ENTRANCE:
        pytest.skip("answers everybody")
    for path in world.paths(office_route):
        for method in world.METHODS:
            assert world.is_shut(world.ask(world.browser("ada"), method, path)), f"{method} {path}"


def test_no_operator_opens_an_account(route, world):
    if route.pattern in PUBLIC or route.pattern.startswith(OFFICE):
        pytest.skip("answers everybody, or is the back office")
    for path in world.paths(route):
        for method in world.METHODS:
            assert world.is_shut(world.ask(world.browser("olga", at="northwind"), method, path)), f"{method} {path}"
