"""What search says of the hits it does not show, and lists of addresses that are none."""

import base64

import pytest

from steward.lib.actor import SYSTEM
from steward.people.actions import create_department, join_department
from steward.people.models import DepartmentRole
from steward.tenancy.scope import account_scope
from steward.testing.queries import queries_of
from steward.testing.tickets import make_tickets


@pytest.mark.parametrize(("number", "is_more"), [(50, False), (51, True)])
def test_more_than_a_page_of_hits_is_said(bens, eli, support, number, is_more):
    make_tickets([eli], departments=[support], number=number)
    page = bens.get("/console/search", {"q": "paper"}).content.decode()
    assert page.count('id="row-') == 50
    assert ("More tickets match; these are the best 50." in page) == is_more
    assert (">50+<" in page) == is_more


@pytest.mark.parametrize("packed", [b"\xff" * 24, b"\x7f" * 24, b"\x00\x0b" + b"\xff" * 22])
def test_a_place_in_the_list_beyond_all_times_is_none(bens, packed):
    assert bens.get("/console/", {"after": base64.urlsafe_b64encode(packed).decode()}).status_code in {200, 404}
    beyond = base64.urlsafe_b64encode(b"\xff" * 24).decode()
    assert bens.get("/console/", {"after": beyond}).status_code == 404


def test_counts_cost_the_same_in_any_number_of_departments(client_of, ben, eli, support, northwind):
    """Somebody in many departments gets each view's count from the same single query."""
    make_tickets([eli], departments=[support], number=3)
    browser = client_of(ben)
    browser.get("/console/")
    before = len(queries_of(lambda: browser.get("/console/")))
    with account_scope(northwind.id):
        for number in range(4):
            join_department(
                ben, create_department(f"More {number}", actor=SYSTEM), role=DepartmentRole.SOLVER, actor=SYSTEM
            )
    assert len(queries_of(lambda: browser.get("/console/"))) == before
