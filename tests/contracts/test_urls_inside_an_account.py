"""Contract 3: every address, called by members of other departments and by readers."""

import pytest

from steward.testing.route_kinds import BEARER, BRAND, OF_A_CHANGE, OFFICE, READERS_MAY


def shut_pages(route):
    """Pages of the settings are 403 for who may not open them, before anything is looked up."""
    return {403} if route.pattern.startswith("console/settings/") else set()


def test_another_department_sees_nothing(route_with_ids, world):
    if route_with_ids.pattern in BEARER | BRAND:
        pytest.skip("asks for the token only, or shows itself to everybody")
    for path in world.paths(route_with_ids):
        for method, status in world.statuses(world.browser("cleo", at="northwind"), path).items():
            assert status in {404, 405} | shut_pages(route_with_ids), f"{method} {path}: {status}"


def test_a_reader_reads_and_changes_nothing(route_with_ids, world):
    if route_with_ids.pattern.startswith(OFFICE):
        pytest.skip("not at the host of an account")
    for path in world.paths(route_with_ids):
        answers = world.statuses(world.browser("dana", at="northwind"), path)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert answers[method] in {403, 405} or route_with_ids.pattern in READERS_MAY, f"{method} {path}: {answers}"
        if route_with_ids.pattern in OF_A_CHANGE:
            assert answers["GET"] in {403, 404}
        else:
            assert answers["GET"] in {200, 404, 405} | shut_pages(route_with_ids)
