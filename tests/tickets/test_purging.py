"""What lies in the bin goes for good: all of it, and nothing else."""

from threading import Thread

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from steward.channels.email.models import RawMail
from steward.events.models import Event
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.people.access import actor_of
from steward.privacy.erasure.actions import NotPlanned
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import Held, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.inventory.stores import Extent, all_stores
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets.actions import (
    NothingToPurge,
    StatusRefused,
    UndoRefused,
    change_status,
    in_bin,
    last_change,
    plan_purge,
    purge_tickets,
    reply_to_ticket,
    start_purge,
    undo_change,
)
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent, NewAttachment
from steward.tickets.models import Ticket
from steward.tickets.queries import search_tickets
from steward.tickets.statuses import Status


def put_in_bin(ticket):
    with account_scope(ticket.account_id):
        change_status(Ticket.objects.get(pk=ticket.pk), Status.DELETED, actor=SYSTEM)


@pytest.fixture
def full(eli, ada):
    """A ticket with something in many places."""
    pdf = NewAttachment("quagga.pdf", b"%PDF-1.4 quagga", "application/pdf")
    ticket = make_ticket(eli, subject="A quagga", body="There is a quagga.", attachments=[pdf])
    make_message(ticket, body="Another quagga.")
    make_reply(ticket, ada)
    make_note(ticket, ada)
    return ticket


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_is_left_and_all_of_others(northwind, full, farah, ada):
    stays = make_ticket(farah, subject="A zebra")
    with account_scope(northwind.id):
        RawMail.objects.create(
            source="pipe", source_key="1", state="taken", content=b"x", size=1, body_digest=b"x",
            message=full.messages.order_by("at").first(), received_at=full.created_at,
        )  # fmt: skip
    put_in_bin(full)
    with account_scope(northwind.id):
        stored = File.objects.get().storage_key
        erasure = plan_purge([full.pk], actor=SYSTEM)
        assert {name: erasure.planned[name] for name in ("tickets.tickets", "tickets.messages", "tickets.files")} == {
            "tickets.tickets": 1,
            "tickets.messages": 4,
            "tickets.files": 1,
        }
        start_purge(erasure, actor=actor_of(ada))
    run_jobs("erasure.run")
    with account_scope(northwind.id):
        erasure.refresh_from_db()
        assert (erasure.state, erasure.left) == (Erasure.State.DONE, {}), erasure.erased
        extent = Extent(tickets=(full.pk,))
        assert {store.name: store.find(extent) for store in all_stores() if store.find(extent)} == {}
        assert search_tickets(actor_of(ada), "quagga").tickets == []
        assert not RawMail.objects.exists()
        assert not default_storage.exists(stored)
        assert not Event.objects.filter(object_id=full.pk, changes__isnull=False).exists()
        assert Event.objects.filter(object_id=full.pk, kind="ticket.purged", actor_id=ada.pk).exists()
        assert list(Ticket.objects.all()) == [stays]
        assert [line.id for line in search_tickets(actor_of(ada), "zebra").tickets] == [stays.pk]


@pytest.mark.parametrize("status", Status)
def test_only_what_is_hidden_is_purged(northwind, eli, status):
    ticket = make_ticket(eli, status=status)
    with account_scope(northwind.id):
        if status in {Status.DELETED, Status.SPAM}:
            assert plan_purge([ticket.pk], actor=SYSTEM).planned["tickets.tickets"] == 1
            assert list(in_bin(status)) == list(in_bin()) == [ticket]
        else:
            with pytest.raises(NothingToPurge):
                plan_purge([ticket.pk], actor=SYSTEM)
            assert list(in_bin(status)) == []


def test_what_was_restored_meanwhile_stays(northwind, eli):
    goes, stays = make_ticket(eli, status=Status.DELETED), make_ticket(eli, status=Status.DELETED)
    with account_scope(northwind.id):
        both = plan_purge([goes.pk, stays.pk], actor=SYSTEM)
        one = plan_purge([stays.pk], actor=SYSTEM)
        change_status(stays, Status.OPEN, actor=SYSTEM)
        start_purge(both, actor=SYSTEM)
        both.refresh_from_db()
        assert (both.extent["tickets"], both.planned["tickets.tickets"]) == ([str(goes.pk)], 1)
        with pytest.raises(NothingToPurge):
            start_purge(one, actor=SYSTEM)
        with pytest.raises(NotPlanned):
            start_purge(both, actor=SYSTEM)


def test_what_is_held_stays(northwind, eli):
    ticket = make_ticket(eli, status=Status.DELETED)
    with account_scope(northwind.id):
        place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        with pytest.raises(Held):
            purge_tickets([ticket.pk], actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_who_writes_to_what_is_being_purged_opens_a_new_ticket(northwind, eli):
    old = make_ticket(eli, status=Status.DELETED)
    with account_scope(northwind.id):
        purge_tickets([old.pk], actor=SYSTEM)
    message = make_message(old, body="Are you there?")
    assert message.ticket_id != old.pk
    run_jobs("erasure.run")
    with account_scope(northwind.id):
        assert [ticket.pk for ticket in Ticket.objects.all()] == [message.ticket_id]
        assert Ticket.objects.get().previous_id is None


def test_what_is_ordered_is_not_brought_back(northwind, eli, ada):
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        change_status(ticket, Status.DELETED, actor=actor_of(ada))
        deleted = last_change(ticket, actor=actor_of(ada), since=ticket.created_at)
        purge_tickets([ticket.pk], actor=SYSTEM)
        with pytest.raises(StatusRefused):
            change_status(ticket, Status.OPEN, actor=SYSTEM)
        with pytest.raises(UndoRefused):
            undo_change(ticket, deleted, actor=actor_of(ada))
        with pytest.raises(StatusRefused):
            to = [Correspondent("Eli", "eli@example.org")]
            reply_to_ticket(ticket, Writing("<p>x</p>"), author=ada, actor=actor_of(ada), to=to)


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_comes_while_it_is_ordered_is_not_lost(northwind, eli):
    """Whoever comes second waits: the order for the mail, which takes the ticket out of the bin, or the mail for it."""
    ticket = make_ticket(eli, status=Status.DELETED)
    with account_scope(northwind.id):
        erasure = plan_purge([ticket.pk], actor=SYSTEM)
    writing = Thread(target=write_beside, args=(ticket,))
    with account_scope(northwind.id):
        start_purge(erasure, actor=SYSTEM)
        writing.start()
        writing.join(0.3)
        assert writing.is_alive(), "it waits for the ticket"
    writing.join()
    run_jobs("erasure.run")
    with account_scope(northwind.id):
        [left] = Ticket.objects.all()
        assert left.pk != ticket.pk
        assert left.messages.get().body_text == "Are you there?"


def write_beside(ticket):
    make_message(ticket, body="Are you there?")
    connection.close()
