"""Choosing among few and among many: whom the menu of a ticket holds, who is found by name, who can be mentioned."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.people.choosing import FEW
from steward.people.models import DepartmentRole
from steward.testing.crowds import crowd_in
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

MANY = [f"Agent {number:04}" for number in range(40)]


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def found(adas, of):
    """`found("ben")`: the names that the menu gets, and how many there are."""

    def ask(query, tail="assignees", client=adas):
        answer = client.get(of(tail), {"q": query}, headers={"X-Requested-With": "choosing"})
        assert answer.status_code == 200
        html = answer.content.decode()
        return names_in(html), int((re.findall(r'data-count="(\d+)"', html) or ["0"])[0])

    return ask


def names_in(html):
    return re.findall(r'<bdi class="cut">([^<]*)</bdi>', html)


def menu_of(html):
    return html.partition('id="assign-menu"')[2].partition("</form>")[0]


class TestTheMenu:
    def test_few_stand_in_it_all_of_them_by_name(self, adas, of, support):
        crowd_in(support, ["Łukasz", "Zed"])
        menu = menu_of(adas.get(of()).content.decode())
        assert names_in(menu) == ["Ada", "Ben", "Łukasz", "Zed"]
        assert "data-whole" in menu

    def test_of_many_stand_oneself_who_has_it_and_who_has_others(self, adas, of, support, inside, eli, ticket, again):
        crowd = crowd_in(support, MANY)
        other = make_ticket(eli)
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(assignee=crowd[30]))
        inside(lambda: Ticket.objects.filter(pk=other.pk).update(assignee=crowd[7]))
        menu = menu_of(adas.get(of()).content.decode())
        assert names_in(menu) == ["Ada", "Agent 0030", "Agent 0007"]
        assert "data-whole" not in menu
        assert f'href="{of("assignees")}"' in menu, "for those without scripts"

    def test_who_lost_the_right_is_not_among_the_likely(self, adas, of, support, inside, ticket):
        crowd_in(support, MANY)
        [reader] = crowd_in(support, ["Reader"], role=DepartmentRole.READER)
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(assignee=reader))
        assert names_in(menu_of(adas.get(of()).content.decode())) == ["Ada"]

    def test_a_solver_gives_it_to_nobody_else(self, bens, of, support):
        crowd_in(support, MANY)
        menu = menu_of(bens.get(of()).content.decode())
        assert names_in(menu) == ["Ben"]
        assert "data-choices" not in menu

    def test_the_page_is_as_large_and_asks_as_often_however_many_there_are(self, adas, of, support):
        def weigh():
            with CaptureQueriesContext(connection) as asked:
                page = adas.get(of()).content
            return len(page), len(asked)

        crowd_in(support, MANY)
        weigh()
        few = weigh()
        crowd_in(support, [f"Another with a long name {number}" for number in range(1_000)])
        many = weigh()
        assert many[1] == few[1]
        assert abs(many[0] - few[0]) < 100, "but for marks of the moment"


class TestFinding:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("lukasz", ["Łukasz Żak"]), ("ŁUKASZ", ["Łukasz Żak"]), ("zak", ["Łukasz Żak"]),
            ("lukasz z", ["Łukasz Żak"]), ("żak łuk", ["Łukasz Żak"]), ("أحمد", ["احمد"]), ("crowd-0", ["Łukasz Żak"]),
            ("be", ["Ben", "Hubert"]), ("dana", []), ("cleo", []), ("zoe", []), ("%", []), ("\x00", []), ("*", []),
        ],
    )  # fmt: skip
    def test_by_name_and_address_whatever_case_and_accents(self, found, support, query, names):
        crowd_in(support, ["Łukasz Żak", "احمد", "Hubert"])
        assert found(query) == (names, len(names))

    def test_the_best_come_first_and_the_rest_is_counted(self, found, support):
        crowd_in(support, [*(f"Xander {n:02}" for n in range(FEW + 5)), "Max Xavier", "Zoltan Xa", "Roxana"])
        names, count = found("xa")
        assert names == ["Max Xavier", *(f"Xander {n:02}" for n in range(FEW - 1))]
        assert count == FEW + 8

    def test_a_query_as_long_as_one_likes(self, found, support):
        assert found("x" * 5_000) == ([], 0)
        assert found("Ben" + " Ben" * 1_000) == (["Ben"], 1)

    def test_one_among_many_costs_as_many_statements(self, adas, of, support):
        def count():
            with CaptureQueriesContext(connection) as asked:
                adas.get(of("assignees"), {"q": "a"}, headers={"X-Requested-With": "choosing"})
            return len(asked)

        count()
        few = count()
        crowd_in(support, MANY)
        assert count() == few

    def test_a_page_to_choose_on_without_scripts(self, adas, of, support, again):
        [lukasz] = crowd_in(support, ["Łukasz"])
        page = adas.get(of("assignees"), {"q": "lukasz"}).content.decode()
        assert f'action="{of("assignment")}"' in page
        assert 'value="lukasz"' in page
        [chosen] = re.findall(r'name="assignee"\s+value="([0-9a-f-]+)"', page)
        assert adas.post(of("assignment"), {"assignee": chosen}).status_code == 303
        assert again().assignee_id == lukasz.id

    def test_without_a_word_the_page_has_the_likely_ones(self, adas, of, support):
        assert names_in(adas.get(of("assignees")).content.decode()) == ["Ada", "Ben"]

    def test_who_may_not_give_it_to_others_finds_nobody(self, bens, client_of, cleo, dana, zoe, of):
        assert bens.get(of("assignees")).status_code == 403
        assert client_of(dana).get(of("assignees")).status_code == 403
        assert client_of(cleo).get(of("assignees")).status_code == 404
        assert client_of(zoe).get(of("assignees")).status_code == 404
        assert bens.post(of("assignees")).status_code == 405

    def test_only_who_can_solve_it_gets_it(self, adas, of, support, cleo, dana, zoe, again):
        for nobody in (str(cleo.id), str(dana.id), str(zoe.id), "x", "\x00"):
            assert adas.post(of("assignment"), {"assignee": nobody}).status_code == 404
        assert again().assignee_id is None


class TestMentioning:
    def test_few_are_all_offered(self, bens, of, found):
        assert found("", "mentionable", bens) == (["Ada", "Dana"], 2)
        assert "data-whole" in bens.get(of("mentionable")).content.decode()

    def test_of_many_the_likely_ones(self, bens, of, support, inside, ticket, found):
        crowd = crowd_in(support, MANY)
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(assignee=crowd[30]))
        assert found("", "mentionable", bens) == (["Agent 0030"], 1)
        assert "data-whole" not in bens.get(of("mentionable")).content.decode()

    @pytest.mark.parametrize(
        ("query", "names"),
        [("lukasz", ["Łukasz Żak"]), ("z", ["Łukasz Żak"]), ("lukasz z", ["Łukasz Żak"]), ("kasz", []), ("zak lu", []),
         ("da", ["Dana"]), ("crowd-0", ["Łukasz Żak"]), ("orthwind", []), ("ben", []), ("cleo", [])],
    )  # fmt: skip
    def test_what_is_typed_begins_a_name_or_an_address(self, bens, support, found, query, names):
        crowd_in(support, ["Łukasz Żak"])
        assert found(query, "mentionable", bens) == (names, len(names))
