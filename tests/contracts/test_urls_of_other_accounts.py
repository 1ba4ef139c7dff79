"""Contract 3: every address of the site, called with another account's ids, by strangers and by nobody."""

import pytest

from steward.testing.route_kinds import PUBLIC


def test_the_owner_of_another_account_finds_nothing(route_with_ids, world):
    for path in world.paths(route_with_ids):
        answers = world.statuses(world.browser("zoe", at="contoso"), path)
        for method, status in answers.items():
            assert status in {404, 405}, f"{method} {path}: {status}"
        assert 404 in answers.values()


def test_a_session_opens_no_other_account(route, world):
    if route.pattern in PUBLIC:
        pytest.skip("answers everybody")
    for path in world.paths(route):
        for method in world.METHODS:
            assert world.is_shut(world.ask(world.browser("zoe", at="northwind"), method, path)), f"{method} {path}"


def test_nobody_in_particular_is_sent_to_sign_in(route, world):
    if route.pattern in PUBLIC:
        pytest.skip("answers everybody")
    for path in world.paths(route):
        for method in world.METHODS:
            response = world.ask(world.browser(at="northwind"), method, path)
            assert world.is_shut(response), f"{method} {path}: {response.status_code}"


def test_the_base_domain_shows_nothing_of_an_account(route, world):
    for path in world.paths(route):
        for method in ("GET", "POST"):
            response = world.ask(world.browser(), method, path)
            assert world.is_shut(response) or route.pattern in PUBLIC, f"{method} {path}"
            assert b"orthwind" not in getattr(response, "content", b""), f"{method} {path}"
