"""What the palette finds, and for whom."""

import re

import pytest

from steward.lib.actor import SYSTEM
from steward.people.access import actor_of
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.actions import tag_named

OPTION = re.compile(r'<a class="menu-item".*?href="([^"]*)".*?<bdi class="cut">(.*?)</bdi>', re.S)


@pytest.fixture
def find():
    """`find(client, query)`: what is offered, as `{label: address}`."""

    def find(client, query):
        response = client.get("/console/palette", {"q": query})
        assert response.status_code == 200
        return {label: url for url, label in OPTION.findall(response.content.decode())}

    return find


class TestTickets:
    @pytest.mark.parametrize("query", ["printer", "out of pa", "PAPER"])
    def test_by_their_words(self, bens, ticket, find, query):
        assert find(bens, query)[ticket.subject] == f"/console/tickets/{ticket.code}"

    def test_by_code(self, bens, ticket, find):
        assert find(bens, ticket.code)[ticket.subject] == f"/console/tickets/{ticket.code}"

    def test_of_other_departments_stay_hidden(self, client_of, cleo, ticket, find):
        assert find(client_of(cleo), "printer") == {}
        assert find(client_of(cleo), ticket.code) == {}

    def test_of_other_accounts_stay_hidden(self, client_of, zoe, ticket, find):
        assert find(client_of(zoe), "printer") == {}

    def test_a_few_only(self, bens, eli, find):
        for number in range(8):
            make_ticket(eli, subject=f"Paper jam {number}")
        assert len([label for label in find(bens, "jam") if label.startswith("Paper jam")]) == 6


class TestPeople:
    @pytest.mark.parametrize("query", ["eli", "berg el", "eli@example.org", "example"])
    def test_by_name_and_address(self, bens, ticket, find, query):
        assert find(bens, query)["Eli Berg"] == "/console/search?q=eli%40example.org"

    def test_of_whom_one_may_see_no_ticket_stay_hidden(self, client_of, cleo, ticket, find):
        assert "Eli Berg" not in find(client_of(cleo), "eli")

    def test_whom_the_words_do_not_name_stay_out(self, bens, ticket, find):
        assert "Eli Berg" not in find(bens, "printer")


class TestEverythingElse:
    def test_lists_and_departments(self, bens, find, support):
        assert find(bens, "unass")["Unassigned"] == "/console/?view=unassigned"
        assert find(bens, "resol")["Resolved"] == "/console/?view=status%3Aresolved"
        assert find(bens, "supp")["Support"] == f"/console/?view=department%3A{support.pk}"

    def test_departments_one_is_not_in_stay_hidden(self, bens, find):
        assert "Billing" not in find(bens, "billing")

    @pytest.mark.parametrize("query", ["urg", "#urgent", "URGÉNT"])
    def test_tags(self, bens, northwind, ben, find, query):
        with account_scope(northwind.id):
            tag = tag_named("urgent", actor=actor_of(ben))
        assert find(bens, query)["#urgent"] == f"/console/?view=tag%3A{tag.pk}"

    def test_settings_that_one_may_open(self, client_of, ada, bens, find):
        assert find(client_of(ada), "time zone")["General"] == "/console/settings/general"
        assert "General" not in find(bens, "time zone")
        assert find(bens, "passkey")["Sign-in and second factor"] == "/console/settings/sign-in"

    @pytest.mark.parametrize("query", ["", " ", "\0", "&|!()'", "<zq>", "x" * 1000, "\\", "%", "🦊"])
    def test_whatever_is_typed(self, bens, ticket, find, query):
        assert find(bens, query) == {}

    def test_what_is_found_is_shown_as_text(self, bens, eli, northwind, find):
        make_ticket(eli, subject="<script>quux</script>")
        with account_scope(northwind.id):
            tag_named("<i>quux", actor=SYSTEM)
        page = bens.get("/console/palette", {"q": "quux"}).content.decode()
        assert "&lt;script&gt;" in page
        assert "<script>" not in page
        assert "<i>" not in page


class TestAppearance:
    def test_it_is_kept(self, bens, ben, inside):
        assert bens.post("/console/appearance", {"appearance": "dark"}).status_code == 303
        assert 'data-theme="dark"' in bens.get("/console/").content.decode()

    def test_one_that_does_not_exist(self, bens):
        assert bens.post("/console/appearance", {"appearance": "pink"}).status_code == 400
