"""The bin and the spam in the console: what they keep, restoring, purging with a word, and how far it is."""

import re

import pytest
from django.core.files.storage import default_storage

from steward.channels.email.models import RawMail
from steward.events.models import Event
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.access import actor_of
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.inventory.stores import Extent, all_stores
from steward.privacy.retention.actions import change_rule, emptying, make_rule
from steward.privacy.retention.models import Kind, RetentionRun, Since
from steward.testing.jobs import run_jobs
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets.actions import change_status
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Message, Ticket
from steward.tickets.queries import search_tickets
from steward.tickets.statuses import Status

BIN, SPAM = "/console/bin", "/console/bin?status=spam"
PURGE = "/console/bin/purge?status=deleted"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def binned(inside):
    """Puts tickets into the bin, or among the spam."""

    def put(*tickets, status=Status.DELETED):
        for ticket in tickets:
            inside(lambda ticket=ticket: change_status(Ticket.objects.get(pk=ticket.pk), status, actor=SYSTEM))
        return tickets

    return put


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def status_of(inside, ticket):
    return inside(lambda: Ticket.objects.get(pk=ticket.pk).status)


class TestTheList:
    def test_it_says_how_long_it_keeps_what_it_has(self, adas, bens, inside, binned, ticket, ada):
        binned(ticket)
        view = "/console/?view=status:deleted"
        assert "Deleted tickets are kept until somebody purges them." in text_of(adas.get(view))
        assert "Spam is kept until somebody purges it." in text_of(bens.get("/console/?view=status:spam"))
        assert "purges" not in text_of(adas.get("/console/"))
        rule = inside(
            lambda: make_rule(Kind.TICKETS, days=30, since=Since.ACTIVITY, status=Status.DELETED, actor=SYSTEM)
        )
        assert "until somebody purges" in text_of(adas.get(view)), "a rule that is off says nothing"
        inside(lambda: change_rule(rule, {"is_on": True}, actor=SYSTEM))
        assert "Deleted tickets are erased after 30 days." in text_of(adas.get(view))
        assert "Deleted tickets are erased after 30 days." in text_of(adas.get(BIN))

    def test_a_rule_for_a_part_is_not_told_as_one_for_all(self, adas, inside, binned, ticket, billing):
        binned(ticket)
        where = {"department": billing, "status": Status.DELETED}
        rule = inside(lambda: make_rule(Kind.TICKETS, days=5, since=Since.ACTIVITY, **where, actor=SYSTEM))
        inside(lambda: change_rule(rule, {"is_on": True}, actor=SYSTEM))
        assert "as the rules of retention say" in text_of(adas.get(BIN))

    def test_who_may_not_purge_sees_no_way_to_it(self, adas, bens, client_of, dana, binned, ticket):
        binned(ticket)
        assert "Empty the bin" in text_of(adas.get(BIN))
        assert "Restore chosen" in text_of(bens.get(BIN))
        assert "Empty the bin" not in text_of(bens.get(BIN))
        assert "Restore chosen" not in text_of(client_of(dana).get(BIN))
        assert ticket.code in text_of(client_of(dana).get(BIN))

    def test_only_what_one_sees_is_there(self, client_of, cleo, zoe, binned, ticket):
        binned(ticket)
        assert ticket.code not in text_of(client_of(cleo).get(BIN))
        assert ticket.code not in text_of(client_of(zoe).get(BIN))

    def test_nothing_else_is_hidden(self, adas, visitor_at, northwind):
        assert adas.get("/console/bin?status=open").status_code == 404
        assert adas.get("/console/bin?after=x").status_code == 404
        assert visitor_at(northwind).get(BIN).status_code == 302
        assert adas.put(BIN).status_code == 405


class TestRestoring:
    def test_one_from_its_page(self, bens, path, ticket, binned, inside):
        inside(lambda: change_status(Ticket.objects.get(pk=ticket.pk), Status.ANSWERED, actor=SYSTEM))
        binned(ticket)
        assert "Restore" in text_of(bens.get(path))
        assert bens.post(f"{path}/restoration").headers["Location"] == path
        assert status_of(inside, ticket) == "answered"
        page = text_of(bens.get(path))
        assert "Ben restored it" in page
        assert "Purge…" not in page

    def test_several_at_once(self, bens, eli, binned, inside):
        here = binned(make_ticket(eli), make_ticket(eli), make_ticket(eli))
        form = {"do": "restore", "ticket": [here[0].code, here[1].code]}
        assert bens.post(BIN, form).status_code == 303
        assert [status_of(inside, each) for each in here] == ["new", "new", "deleted"]
        assert "2 tickets are restored." in text_of(bens.get(BIN))

    def test_spam_comes_back_too(self, bens, binned, inside, ticket):
        binned(ticket, status=Status.SPAM)
        assert ticket.code in text_of(bens.get(SPAM))
        bens.post(SPAM, {"do": "restore", "ticket": ticket.code})
        assert status_of(inside, ticket) == "new"

    def test_nothing_chosen(self, bens, binned, ticket):
        binned(ticket)
        bens.post(BIN, {"do": "restore"})
        assert "Choose tickets first" in text_of(bens.get(BIN))

    def test_a_reader_may_not(self, client_of, dana, cleo, zoe, binned, inside, ticket, path):
        binned(ticket)
        assert client_of(dana).post(BIN, {"do": "restore", "ticket": ticket.code}).status_code == 403
        assert client_of(dana).post(f"{path}/restoration").status_code == 403
        assert client_of(cleo).post(f"{path}/restoration").status_code == 404
        assert client_of(zoe).post(f"{path}/restoration").status_code == 404
        client_of(zoe).post(BIN, {"do": "restore", "ticket": ticket.code})
        assert status_of(inside, ticket) == "deleted"

    def test_what_is_not_hidden_stays_as_it_is(self, bens, path, inside, ticket):
        bens.post(f"{path}/restoration")
        assert status_of(inside, ticket) == "new"
        assert "was not restored" in text_of(bens.get(path))


@pytest.fixture
def full(eli, ada, inside, binned):
    """A deleted ticket with something in many places."""
    pdf = NewAttachment("quagga.pdf", b"%PDF-1.4 quagga", "application/pdf")
    ticket = make_ticket(eli, subject="A quagga", body="There is a quagga.", attachments=[pdf])
    make_message(ticket, body="Another quagga.")
    make_reply(ticket, ada)
    make_note(ticket, ada)
    message = inside(lambda: Message.objects.filter(ticket=ticket).order_by("at")[0])
    inside(
        lambda: RawMail.objects.create(
            source="pipe", source_key="1", state="taken", content=b"x", size=1_000, body_digest=b"x", message=message,
            received_at=ticket.created_at,
        )
    )  # fmt: skip
    binned(ticket)
    return ticket


@pytest.mark.django_db(transaction=True)
class TestPurging:
    def test_counts_word_progress_and_nothing_left(self, adas, bens, inside, full, ada, path_of):
        page = text_of(adas.get(PURGE))
        for words in ("Tickets 1", "Messages in these tickets 4", "Files 1", "Mails as they came in 1", "1015 B"):
            assert words in page, page
        refused = adas.post(PURGE, {"word": "yes"})
        assert refused.status_code == 422
        assert "Type the word as it stands above the field." in text_of(refused)
        stored = inside(lambda: File.objects.get().storage_key)
        ordered = adas.post(PURGE, {"word": "Purge"})
        assert ordered.status_code == 303
        assert "0 of 1 tickets are gone." in text_of(adas.get(ordered.headers["Location"]))
        seen = text_of(bens.get(path_of(full)))
        assert "Ada purged it: it goes for good now" in seen
        assert "This ticket is being purged" in seen
        run_jobs("erasure.run")
        piece = adas.get(ordered.headers["Location"], headers={"X-Requested-With": "live"}).content.decode()
        assert ("data-fresh-end" in piece, "<html" in piece) == (True, False), "the page that waits comes anew"
        done = text_of(adas.get(ordered.headers["Location"]))
        assert "Done: all of it is gone" in done
        assert "Tickets 1" in done
        extent = Extent(tickets=(full.pk,))
        found = inside(lambda: {store.name: store.find(extent) for store in all_stores()})
        assert {name: keys for name, keys in found.items() if keys} == {}
        assert inside(lambda: search_tickets(actor_of(ada), "quagga").tickets) == []
        assert not default_storage.exists(stored)
        assert inside(lambda: Event.objects.filter(object_id=full.pk, changes__isnull=False).exists()) is False
        assert bens.get(path_of(full)).status_code == 404
        assert "quagga" not in text_of(adas.get(BIN))

    def test_only_the_chosen_ones(self, adas, eli, binned, inside):
        goes, stays = binned(make_ticket(eli), make_ticket(eli))
        chosen = adas.post(BIN, {"do": "purge", "ticket": goes.code})
        assert chosen.status_code == 303
        adas.post(chosen.headers["Location"], {"word": "purge"})
        run_jobs("erasure.run")
        assert inside(lambda: list(Ticket.objects.values_list("pk", flat=True))) == [stays.pk]

    def test_what_came_into_the_bin_meanwhile_stays(self, adas, eli, binned, inside, clock):
        [goes] = binned(make_ticket(eli))
        clock(1)
        until = re.search(r'name="until" value="([^"]+)"', adas.get(PURGE).content.decode())[1]
        clock(2)
        [stays] = binned(make_ticket(eli))
        adas.post(PURGE, {"word": "purge", "until": until})
        run_jobs("erasure.run")
        assert inside(lambda: list(Ticket.objects.values_list("pk", flat=True))) == [stays.pk]
        assert goes.pk != stays.pk

    def test_a_hold_keeps_it_and_is_named(self, adas, inside, binned, eli, farah, path_of):
        held, goes = binned(make_ticket(eli), make_ticket(farah))
        inside(lambda: place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM))
        page = text_of(adas.get(PURGE))
        assert "1 ticket stays because of a legal hold." in page
        assert "A legal hold keeps what a customer wrote until it is lifted. Ground: Legal claims" in page
        assert "Legal hold" in text_of(adas.get(BIN))
        assert "A legal hold keeps what a customer wrote" in text_of(adas.get(path_of(held)))
        adas.post(PURGE, {"word": "purge"})
        run_jobs("erasure.run")
        assert inside(lambda: list(Ticket.objects.values_list("pk", flat=True))) == [held.pk]
        one = f"{PURGE}&ticket={held.code}"
        assert "There is nothing to purge." in text_of(adas.get(one))
        assert adas.post(one, {"word": "purge"}).status_code == 422
        assert goes.pk != held.pk

    def test_many_are_left_to_a_worker(self, adas, eli, binned, inside, monkeypatch):
        monkeypatch.setattr(emptying, "AT_ONCE", 1)
        monkeypatch.setitem(emptying.BATCH, Kind.TICKETS, 2)
        binned(*(make_ticket(eli) for _ in range(3)))
        ordered = adas.post(PURGE, {"word": "purge"})
        run = inside(RetentionRun.objects.get)
        assert (run.number, run.erasures, run.ordered_at) == (3, [], None)
        assert "0 of 3 tickets are gone." in text_of(adas.get(ordered.headers["Location"]))
        run_jobs("retention.purge")
        run = inside(RetentionRun.objects.get)
        assert len(run.erasures) == 2
        assert run.ordered_at is not None
        run_jobs("erasure.run")
        assert inside(Ticket.objects.count) == 0
        assert "Done: all of it is gone" in text_of(adas.get(ordered.headers["Location"]))

    def test_many_that_were_chosen_are_all_that_a_worker_takes(self, adas, eli, binned, inside, monkeypatch):
        monkeypatch.setattr(emptying, "AT_ONCE", 1)
        stays, *goes = (make_ticket(eli) for _ in range(3))
        binned(stays, *goes)
        adas.post("&ticket=".join([PURGE, *(each.code for each in goes)]), {"word": "purge"})
        run_jobs("retention.purge")
        run_jobs("erasure.run")
        assert inside(lambda: list(Ticket.objects.all())) == [stays]

    def test_a_hold_that_comes_later_stops_it_and_that_is_said(self, adas, inside, binned, ticket):
        binned(ticket)
        ordered = adas.post(PURGE, {"word": "purge"})
        inside(lambda: place_hold(LegalHold.On.TICKET, ticket.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM))
        run_jobs("erasure.run")
        page = text_of(adas.get(ordered.headers["Location"]))
        assert "Not all of it is gone." in page
        assert "A legal hold that was placed meanwhile stopped it." in page
        assert inside(lambda: Erasure.objects.get().state) == "failed"


@pytest.fixture
def path_of():
    return lambda ticket: f"/console/tickets/{ticket.code}"


class TestWhoMay:
    def test_only_owners_and_admins_purge(self, adas, bens, client_of, dana, zoe, binned, inside, ticket):
        binned(ticket)
        one = f"{PURGE}&ticket={ticket.code}"
        for browser in (bens, client_of(dana)):
            assert browser.get(one).status_code == 403
            assert browser.post(one, {"word": "purge"}).status_code == 403
        assert client_of(zoe).get(one).status_code == 404
        assert client_of(zoe).post(one, {"word": "purge"}).status_code == 404
        assert status_of(inside, ticket) == "deleted"
        assert inside(Erasure.objects.exists) is False

    def test_progress_is_for_who_may_purge(self, adas, bens, client_of, zoe, binned, ticket):
        binned(ticket)
        url = adas.post(PURGE, {"word": "purge"}).headers["Location"]
        assert [browser.get(url).status_code for browser in (adas, bens, client_of(zoe))] == [200, 404, 404]
        assert adas.post(url).status_code == 405
        assert adas.get(f"/console/bin/purges/{new_id()}").status_code == 404

    def test_a_moment_that_is_none_purges_nothing(self, adas, binned, ticket, inside):
        binned(ticket)
        for until in ("x", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00"):
            answer = adas.post(f"{PURGE}&ticket={ticket.code}", {"word": "purge", "until": until})
            assert answer.status_code == 422
            assert "since when this page was open" in text_of(answer)
        assert inside(RetentionRun.objects.exists) is False
