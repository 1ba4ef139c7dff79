"""How often a page waits for the database: what it reads goes together."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.testing.queries import queries_of
from steward.testing.tickets import make_ticket


def waits(browser, address):
    browser.get(address)  # what is looked up once in a while is known now
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len([each for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]])


@pytest.mark.parametrize("who", ["ada", "ben"])
@pytest.mark.parametrize(
    ("address", "most"), [("/console/", 7), ("/console/?view=mine", 7), ("/console/tickets/{code}", 11)]
)
def test_a_page_waits_seldom(client_of, request, eli, who, address, most):
    ticket = make_ticket(eli)
    browser = client_of(request.getfixturevalue(who))
    path = address.format(code=ticket.code)
    assert waits(browser, path) <= most < len(queries_of(lambda: browser.get(path)))
