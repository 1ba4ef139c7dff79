"""Who gets the tickets of somebody who goes: chosen from a list of few, found by name among many."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.people.models import Membership
from steward.tenancy.scope import account_scope
from steward.testing.crowds import crowd_in
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

MANY = [f"Agent {number:04}" for number in range(40)]
AS_ONE_TYPES = {"X-Requested-With": "choosing"}


@pytest.fixture
def page(ben):
    return f"/console/settings/agents/{ben.pk}/removal"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def names_in(html):
    return re.findall(r'<bdi class="cut">([^<]*)</bdi>', html)


def test_few_stand_in_a_list(adas, page):
    html = adas.get(page).content.decode()
    assert re.findall(r"<option[^>]*>([^<]*)</option>", html) == [
        "Nobody: they become unassigned", "Ada", "Cleo", "Dana",
    ]  # fmt: skip
    assert "heir-menu" not in html


def test_of_many_stand_oneself_and_those_of_the_same_departments(adas, page, support, billing):
    crowd_in(billing, MANY)
    html = adas.get(page).content.decode()
    assert names_in(html) == ["Ada", "Dana"]
    assert "<option" not in html


@pytest.mark.parametrize(
    ("query", "names"), [("lukasz", ["Łukasz Żak"]), ("crowd-0@", ["Łukasz Żak"]), ("ben", []), ("zoe", []), ("%", [])]
)
def test_others_are_found_by_name_and_address(adas, page, billing, query, names):
    crowd_in(billing, ["Łukasz Żak", *MANY])
    found = adas.get(page, {"q": query}, headers=AS_ONE_TYPES).content.decode()
    assert names_in(found) == names
    assert ('data-count="1"' in found) is bool(names)
    assert "<html" not in found
    # Without scripts they stand on the page as well.
    html = adas.get(page, {"q": query}).content.decode()
    assert set(names_in(html)) == set(names)
    assert ("Nobody with this name or address is on this list." in html.partition('role="status">')[2]) is (not names)


def test_who_is_chosen_is_shown_and_gets_the_tickets(adas, page, northwind, billing, ben, eli):
    crowd = crowd_in(billing, ["Łukasz Żak", *MANY])
    ticket = make_ticket(eli, assignee=ben)
    html = adas.get(page, {"to": crowd[0].pk}).content.decode()
    assert '<bdi class="cut" id="heir">Łukasz Żak</bdi>' in html
    assert f'<input type="hidden" name="tickets_to" value="{crowd[0].pk}"' in html
    html = adas.post(page, {"tickets_to": str(crowd[1].pk), "word": "no"}).content.decode()
    assert '<bdi class="cut" id="heir">Agent 0000</bdi>' in html, "kept while the word is wrong"
    with account_scope(northwind.id):
        heir = Membership.objects.get(name="Ada")
    assert adas.post(page, {"tickets_to": str(heir.pk), "word": "remove"}).status_code == 303
    with account_scope(northwind.id):
        assert Ticket.objects.get(pk=ticket.pk).assignee_id == heir.pk


@pytest.mark.parametrize("wanted", ["none", "0" * 32, "\0"])
def test_who_is_nobody_here_is_not_chosen(adas, page, billing, zoe, ben, wanted):
    crowd_in(billing, MANY)
    for each in (wanted, zoe.pk, ben.pk):
        html = adas.get(page, {"to": each}).content.decode()
        assert '<span id="heir">Nobody: they become unassigned</span>' in html
        assert adas.post(page, {"tickets_to": str(each), "word": "remove"}).status_code == 422


def test_the_page_is_as_large_and_asks_as_often_however_many_there_are(adas, page, billing):
    def weigh():
        with CaptureQueriesContext(connection) as asked:
            html = adas.get(page).content
        return len(html), len(asked)

    crowd_in(billing, MANY)
    weigh()
    few = weigh()
    crowd_in(billing, [f"Another with a long name {number}" for number in range(1_000)])
    many = weigh()
    assert many[1] == few[1]
    assert abs(many[0] - few[0]) < 100, "but for marks of the moment"
