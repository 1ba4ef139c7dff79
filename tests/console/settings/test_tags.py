"""The account's tags, and tags on tickets."""

import re

import pytest

from steward.console.settings import tags as tag_settings
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.tickets import make_ticket
from steward.tickets import tag_counts
from steward.tickets.actions import tag_named, tag_ticket
from steward.tickets.models import Tag, TicketTag

LIST = "/console/settings/tags"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def bens(client_of, ben):
    return client_of(ben)


@pytest.fixture
def tagged(northwind, eli):
    """A ticket with the tag vat."""
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        tag_ticket(ticket, tag_named("vat", actor=SYSTEM), actor=SYSTEM)
    return ticket


def named(account, name):
    with account_scope(account.id):
        return Tag.objects.get(name=name)


def tags_on(ticket):
    with account_scope(ticket.account_id):
        return sorted(TicketTag.objects.filter(ticket=ticket).values_list("tag__name", flat=True))


def kinds(ticket):
    with account_scope(ticket.account_id):
        return list(Event.objects.filter(object_id=ticket.pk).order_by("id").values_list("kind", flat=True))


def counts_in(browser):
    """What the list says of each tag."""
    page = " ".join(browser.get(LIST).content.decode().split())
    return dict(re.findall(r'<bdi>(#\w+)</bdi></a></td> <td class="num">([^<]*)</td>', page))


class TestOnATicket:
    def test_whoever_solves_adds_and_takes_off(self, bens, eli, northwind):
        ticket = make_ticket(eli)
        url = f"/console/tickets/{ticket.code}/tags"
        assert "#vat" in bens.post(url, {"add": "#vat"}).content.decode()
        bens.post(url, {"add": " VAT "})
        assert tags_on(ticket) == ["vat"]
        bens.post(url, {"remove": named(northwind, "vat").id})
        assert tags_on(ticket) == []
        assert kinds(ticket)[-2:] == ["ticket.tagged", "ticket.untagged"]

    def test_a_reader_may_not(self, client_of, dana, tagged):
        for path in ("tags", "tags/choices"):
            assert client_of(dana).post(f"/console/tickets/{tagged.code}/{path}", {"add": "x"}).status_code in {
                403,
                405,
            }
        assert "#vat" in client_of(dana).get(f"/console/tickets/{tagged.code}").content.decode()

    @pytest.mark.parametrize("name", ["", "#", "   ", "x" * 41])
    def test_words_that_make_no_tag(self, bens, eli, name):
        ticket = make_ticket(eli)
        page = bens.post(f"/console/tickets/{ticket.code}/tags", {"add": name}, headers={"HX-Request": "true"})
        assert "The tag was not added" in page.content.decode()
        assert tags_on(ticket) == []

    def test_the_timeline_names_it(self, adas, tagged):
        page = adas.get(f"/console/tickets/{tagged.code}").content.decode()
        assert "added the tag <b><bdi>vat</bdi></b>" in page

    @pytest.mark.parametrize("who", ["ada", "ben"])
    def test_a_list_of_those_that_have_it(self, request, client_of, who, tagged, northwind, eli):
        other = make_ticket(eli)
        url = f"/console/?view=tag:{named(northwind, 'vat').id}"
        page = client_of(request.getfixturevalue(who)).get(url).content.decode()
        assert "#vat" in page
        assert f'id="row-{tagged.code}"' in page
        assert '<bdi class="row-tag">#vat</bdi>' in page
        assert f'id="row-{other.code}"' not in page

    def test_the_list_of_a_tag_that_is_gone(self, adas):
        assert "A former tag" in adas.get("/console/?view=tag:01a20050-f2f9-7260-b5e9-edb6f54fe4dd").content.decode()

    def test_the_menu_knows_which_are_on(self, bens, tagged, northwind):
        menu = bens.get(f"/console/tickets/{tagged.code}/tags/choices").content.decode()
        assert f'name="remove" value="{named(northwind, "vat").id}"' in " ".join(menu.split())


class TestInTheSettings:
    def test_made_renamed_and_counted(self, adas, tagged, northwind):
        assert adas.post(LIST, {"name": "delivery"}).status_code == 302
        vat = named(northwind, "vat")
        assert adas.post(f"{LIST}/{vat.id}", {"name": "VAT", "tint": "3"}).status_code == 302
        page = " ".join(adas.get(LIST).content.decode().split())
        assert "#VAT" in page
        assert "#delivery" in page
        assert tags_on(tagged) == ["VAT"]

    def test_more_are_not_counted_than_anybody_reads(self, adas, tagged, northwind, eli, monkeypatch):
        with account_scope(northwind.id):
            tag_ticket(make_ticket(eli), named(northwind, "vat"), actor=SYSTEM)
            tag_named("delivery", actor=SYSTEM)
        assert counts_in(adas) == {"#delivery": "0", "#vat": "2"}
        monkeypatch.setattr(tag_counts, "MOST", 2)
        monkeypatch.setattr(tag_settings, "MOST", 2)
        assert counts_in(adas) == {"#delivery": "0", "#vat": "1+"}
        monkeypatch.setattr(tag_counts, "MOST_OF_ONE", 2)
        monkeypatch.setattr(tag_settings, "MOST_OF_ONE", 2)
        page = adas.get(f"{LIST}/{named(northwind, 'vat').id}").content.decode()
        assert "The tag is on 1+ tickets." in page

    def test_a_name_that_is_taken(self, adas, tagged, northwind):
        adas.post(LIST, {"name": "delivery"})
        answer = adas.post(f"{LIST}/{named(northwind, 'delivery').id}", {"name": "Vat", "tint": "1"})
        assert answer.status_code == 422
        assert "Another tag has this name" in answer.content.decode()

    def test_merged(self, adas, tagged, northwind, ada):
        both = tagged
        with account_scope(northwind.id):
            tag_ticket(both, tag_named("tax", actor=SYSTEM), actor=acting(ada))
        vat, tax = named(northwind, "vat"), named(northwind, "tax")
        assert adas.post(f"{LIST}/{vat.id}/merger", {"into": tax.id}).status_code == 302
        assert tags_on(both) == ["tax"]
        with account_scope(northwind.id):
            assert not Tag.objects.filter(pk=vat.pk).exists()

    def test_merging_tells_of_no_tag_that_was_there_before(self, adas, tagged, northwind, eli):
        other = make_ticket(eli)
        with account_scope(northwind.id):
            tag_ticket(other, named(northwind, "vat"), actor=SYSTEM)
            tag_ticket(tagged, tag_named("tax", actor=SYSTEM), actor=SYSTEM)
        vat, tax = named(northwind, "vat"), named(northwind, "tax")
        adas.post(f"{LIST}/{vat.id}/merger", {"into": tax.id})
        assert tags_on(other) == tags_on(tagged) == ["tax"]
        assert kinds(other)[-3:] == ["ticket.tagged", "ticket.untagged", "ticket.tagged"]
        assert kinds(tagged)[-3:] == ["ticket.tagged", "ticket.tagged", "ticket.untagged"]

    def test_merging_nonsense(self, adas, tagged, northwind):
        vat = named(northwind, "vat")
        for into in (vat.id, "x", ""):
            assert adas.post(f"{LIST}/{vat.id}/merger", {"into": into}).status_code == 404

    def test_deleted(self, adas, tagged, northwind):
        assert adas.post(f"{LIST}/{named(northwind, 'vat').id}/removal").status_code == 302
        assert tags_on(tagged) == []

    def test_many_tickets_are_left_to_a_worker(self, adas, tagged, northwind, monkeypatch, run_jobs):
        monkeypatch.setattr("steward.console.settings.tags.AT_ONCE", 0)
        assert (
            "takes a moment" in adas.post(f"{LIST}/{named(northwind, 'vat').id}/removal", follow=True).content.decode()
        )
        run_jobs("tickets.delete_tag")
        assert tags_on(tagged) == []

    def test_an_agent_may_not(self, bens, tagged, northwind):
        assert bens.get(LIST).status_code == 403
        assert bens.post(f"{LIST}/{named(northwind, 'vat').id}/removal").status_code == 403
