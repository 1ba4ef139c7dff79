"""Contract 3: the addresses of the back office are for operators, and those of accounts are not."""

import pytest

from steward.contacts.models import Contact, ContactAddress
from steward.tenancy.scope import account_scope
from steward.testing import cast
from steward.testing.route_kinds import OFFICE, OFFICE_ENTRANCE, PUBLIC
from steward.tickets.models import Message, Ticket

BY_GRANT = "/support/"  # what an account has let support see: `test_staff_access` and the tests of those pages


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


@pytest.fixture(scope="module")
def content(_world):
    """What the accounts' tickets and customers are called, where it can be told from other words."""
    words = set()
    for slug in ("northwind", "contoso"):
        with account_scope(cast.account(slug).pk):
            words |= {
                *Ticket.objects.values_list("subject", flat=True),
                *Contact.objects.values_list("name", flat=True),
            }
            words |= {*ContactAddress.objects.values_list("value", flat=True)}
            words |= {text.strip()[:40] for text in Message.objects.values_list("body_text", flat=True)}
    return {word for word in words if len(word) > 6}


def test_no_page_shows_an_operator_what_an_account_holds(office_route, world, content):
    if BY_GRANT in office_route.pattern:
        pytest.skip("takes a grant")
    assert "eli@example.org" in content
    for path in world.paths(office_route):
        shown = world.ask(world.browser("olga"), "GET", path)
        page = b"".join(shown) if shown.streaming else shown.content
        assert [word for word in content if word in page.decode(errors="replace")] == [], path
