"""Who did what, as owners and admins read it: narrowed, a page at a time, as a file, and without a contact's name."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from steward.contacts.rectifying import Correction, rectify_contact
from steward.events.actions import Happening, record, record_many
from steward.events.chain import READS, beginning, head
from steward.events.models import Read
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.reopening import order_reopening
from steward.lifecycle.suspension import reopen_account, suspend_account, terminate_account
from steward.people.access import actor_of
from steward.privacy.audit.models import Verification
from steward.privacy.audit.policy import forget_old_reads, policy
from steward.privacy.audit.reading import PAGE, Wanted, events_of
from steward.privacy.audit.reads import note_read, write_reads
from steward.privacy.audit.sealing import seal_reads
from steward.privacy.audit.upkeep import let_reads_go
from steward.privacy.audit.verifying import fault_in_reads, verify
from steward.privacy.erasure.actions import plan_erasure
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.life_samples import note_order_by_letter
from steward.testing.listings import words_in
from steward.testing.request_samples import request_about
from steward.testing.tickets import make_ticket
from steward.tickets.actions import assign_ticket

ADDRESS = "/console/settings/privacy/audit"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def ticket(eli, ada, ben, settle):
    """A ticket that Ada has given to Ben."""
    ticket = make_ticket(eli, subject="Zanzibar")
    with account_scope(ticket.account_id):
        assign_ticket(ticket, ben, actor=actor_of(ada))
        settle()
    return ticket


def read(browser, query=""):
    answer = browser.get(f"{ADDRESS}{query}")
    assert answer.status_code == 200, query
    return words_in(answer.content.decode())


def rows(browser, kind, query=""):
    text = b"".join(browser.get(f"{ADDRESS}.{kind}{query}").streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text))) if kind == "csv" else list(map(json.loads, text.splitlines()))


@pytest.mark.parametrize("is_owner", [True, False])
def test_on_whose_order_a_terminated_account_was_opened_again_is_said(northwind, ada, client_of, settle, is_owner):
    suspend_account(northwind, actor=SYSTEM)
    terminate_account(northwind, actor=SYSTEM)
    with upkeep_scope(northwind.id):
        if is_owner:
            order_reopening(northwind, owner=ada)
    if not is_owner:
        note_order_by_letter(northwind)
    with upkeep_scope(northwind.id):
        reopen_account(northwind, actor=SYSTEM)
        settle()
    words = read(client_of(ada))
    by = "Ada" if is_owner else "as whoever runs this installation noted it"
    assert f"Terminated account reopened {by} Steward" in words
    assert "Opening the terminated account again ordered" in words
    assert "letter of 3 March" not in words, "no words of anybody"


def test_agents_do_not_read_it(client_of, ben, zoe, ticket):
    for address in (ADDRESS, f"{ADDRESS}.csv", f"{ADDRESS}.jsonl"):
        assert client_of(ben).get(address).status_code == 403
    assert ticket.code not in read(client_of(zoe))


def test_who_did_what_is_said_in_words(adas, ticket):
    words = read(adas)
    assert f"Ticket assigned {ticket.code} · Ben Ada" in words
    assert "The record has not been checked yet." in words


def test_it_is_narrowed(adas, ada, ben, ticket, northwind):
    assigned = "Ticket assigned"
    today = f"{now():%Y-%m-%d}"
    table = {
        f"?who={ada.pk}": True, f"?who={ben.pk}": False, "?who=steward": False, "?kind=ticket.assigned": True,
        "?kind=tag.deleted": False, f"?ticket={ticket.code.lower()}": True, f"?ticket={ticket.pk}": True,
        f"?ticket={ben.pk}": False, f"?since={today}&until={today}": True,
        f"?since={now() + timedelta(days=2):%Y-%m-%d}": False, f"?until={now() - timedelta(days=2):%Y-%m-%d}": False,
    }  # fmt: skip
    found = {query: f"{ticket.code} · Ben" in read(adas, query) for query in table}
    assert found == table
    assert {query: bool(rows(adas, "jsonl", f"{query}&kind=ticket.assigned")) for query in table} == table | {
        "?kind=ticket.assigned": True, "?kind=tag.deleted": True
    }  # fmt: skip
    assert assigned in read(adas, "?kind=ticket.assigned")


def test_what_is_typed_wrong_is_said(adas):
    for query in ("?ticket=NO-1", "?who=nobody", "?since=never"):
        assert adas.get(f"{ADDRESS}{query}").status_code == 422, query
        assert adas.get(f"{ADDRESS}.csv{query}").status_code == 404
    assert adas.get(f"{ADDRESS}?before=x").status_code == 404


def test_a_page_leads_to_the_next(adas, northwind, ada, settle):
    with account_scope(northwind.id):
        record_many([Happening("tag.changed", northwind) for _ in range(PAGE + 3)], actor=actor_of(ada))
        settle()
        newest = events_of(Wanted(), most=PAGE + 1)
    query = f"?kind=tag.changed&before={newest[PAGE - 1].position}"
    assert query.replace("&", "&amp;") in adas.get(f"{ADDRESS}?kind=tag.changed").content.decode()
    assert read(adas, query).count("Tag changed") == 3 + 1, "and once among the choices"
    assert len(rows(adas, "csv", "?kind=tag.changed")) == PAGE + 3


def test_a_file_tells_ids_and_no_names_of_contacts(adas, ada, eli, ticket, settle, northwind):
    with account_scope(northwind.id):
        rectify_contact(eli, Correction("Zebedee Quux", "en"), actor=actor_of(ada))
        settle()
    for kind in ("csv", "jsonl"):
        text = b"".join(adas.get(f"{ADDRESS}.{kind}").streaming_content).decode()
        assert "contact.rectified" in text
        for word in ("Eli", "eli@", "Zanzibar", "Zebedee", "Quux"):
            assert word not in text, (kind, word)
    for word in ("Eli", "eli@", "Zanzibar", "Zebedee"):
        assert word not in read(adas)
    [row] = rows(adas, "jsonl", f"?ticket={ticket.code}&kind=ticket.assigned")
    assert (row["who"], row["ticket"], row["object_id"]) == ("Ada", ticket.code, str(ticket.pk))
    assert row["changes"]["to"]


def test_who_read_what_is_noted_and_told(adas, client_of, ada, dana, ticket, northwind, settle):
    danas = client_of(dana)
    assert danas.get(f"/console/tickets/{ticket.code}").status_code == 200
    assert danas.get(f"/console/tickets/{ticket.code}/changes").status_code == 200, "a page that asks by itself"
    assert danas.get("/console/tickets/NO-0").status_code == 404
    rows(adas, "csv")
    assert write_reads() == 2
    settle()
    words = read(adas, "?log=reads")
    assert f"Ticket read {ticket.code} Dana" in words
    assert "Audit downloaded Ada" in words
    today = f"{now():%Y-%m-%d}"
    for query, number in {
        f"&who={dana.pk}": 1, f"&ticket={ticket.code}": 1, "&kind=ticket.read": 1, f"&since={today}": 2,
        "&who=steward": 0, f"&until={now() - timedelta(days=2):%Y-%m-%d}": 0,
    }.items():  # fmt: skip
        assert len(rows(adas, "jsonl", f"?log=reads{query}")) == number, query
    with account_scope(northwind.id):
        assert fault_in_reads() is None
        write_reads()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Read.objects.all().delete()


def test_pages_that_say_whose_data_are_handled_are_noted(adas, ada, eli, northwind):
    request = request_about(eli)
    with account_scope(northwind.id):
        erasure = plan_erasure(Extent(contacts=(eli.pk,)), actor=SYSTEM)
    assert adas.get(f"/console/settings/privacy/requests/{request}").status_code == 200
    assert adas.get(f"/console/settings/privacy/erasures/{erasure.pk}").status_code == 200
    assert write_reads() == 2
    with account_scope(northwind.id):
        told = set(Read.objects.values_list("kind", "object_id", "actor_id"))
    assert told == {("privacy_request.read", request, ada.pk), ("erasure.read", erasure.pk, ada.pk)}


def test_noting_reads_is_switched_off_by_owners_and_recorded(adas, client_of, ben, ticket, northwind, settle):
    wanted = {"reads_days": 90, "entries_days": 1095}
    assert client_of(ben).post(f"{ADDRESS}/reads", wanted).status_code == 403
    assert adas.post(f"{ADDRESS}/reads", wanted | {"reads_days": 3}).status_code == 422
    assert adas.post(f"{ADDRESS}/reads", wanted).status_code == 303
    adas.get(f"/console/tickets/{ticket.code}")
    assert write_reads() == 0
    settle()
    assert "What is noted of who reads changed Ada" in read(adas)
    with account_scope(northwind.id):
        chosen = policy()
        assert (chosen.records_reads, chosen.reads_days) == (False, 90)


def test_old_reads_go_and_the_chain_holds(northwind, ada, ticket, clock, settle):
    for day in (400, 200, 0):
        clock(minutes=-day * 24 * 60)
        with account_scope(northwind.id):
            note_read("ticket.read", ticket, actor=actor_of(ada))
    clock()
    assert write_reads() == 3
    settle()
    seal_reads()
    settle()
    assert let_reads_go() == 1
    with account_scope(northwind.id):
        assert Read.objects.count() == 2
        assert forget_old_reads(0) == 1, "the database itself keeps thirty days"
        assert fault_in_reads() is None
        assert (beginning(READS).position, head(READS).position) == (2, 3)


def test_what_the_checks_found_is_said(adas, ticket, northwind, settle):
    verify(northwind.id, is_whole=True)
    assert "none is missing" in read(adas)
    with account_scope(northwind.id):
        Verification.objects.update(broken_at=now(), fault_at=3, fault="changed")
        record("audit.broken", Verification.objects.get(), actor=SYSTEM, changes={"number": 3, "reason": "changed"})
    words = read(adas)
    assert "The record does not hold from entry 3 on" in words
    assert "The record of what happened does not hold any more" in words
    assert adas.post(f"{ADDRESS}/read").status_code == 303
    assert "I have read it" not in read(adas)
