"""`steward bin`, `steward hold` and `steward retention`."""

import contextlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.consent.purposes import add_purpose
from steward.privacy.requests.actions import NewRequest, approve, open_request, verify
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.retention.models import RetentionRun
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status


@pytest.fixture
def steward(db, monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        code = cli.main([*arguments, "--account", "northwind"])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def told(answer):
    return [json.loads(line) for line in answer[1].splitlines()]


@pytest.mark.django_db(transaction=True)
def test_the_bin_is_emptied_but_for_what_is_held(steward, northwind, eli, farah):
    binned, held, spam = (
        make_ticket(eli, status=Status.DELETED),
        make_ticket(farah, status=Status.DELETED),
        make_ticket(eli, status=Status.SPAM),
    )
    [hold] = told(steward("hold", "place", "--email", "farah@example.net", "--basis", "claims"))
    assert told(steward("hold", "list")) == [hold]
    assert told(steward("bin", "show")) == [{"status": "deleted", "tickets": 2, "held": 1}]
    code, _out, err = steward("bin", "purge", "--ticket", held.code, "--yes")
    assert (code, "legal hold" in err) == (1, True)
    code, _out, err = steward("person", "erase", "--email", "farah@example.net", "--yes")
    assert (code, "legal hold" in err) == (1, True)
    code, out, _err = steward("bin", "purge", "--yes")
    assert code == 0
    assert '"tickets.tickets": 1' in out
    with account_scope(northwind.id):
        assert set(Ticket.objects.values_list("pk", flat=True)) == {held.pk, spam.pk}
        logged = RetentionRun.objects.get()
        assert (logged.number, logged.status, logged.by_id, len(logged.erasures)) == (1, "deleted", None, 1)
    steward("hold", "lift", hold["id"], "--because", "mistake")
    assert steward("bin", "purge", "--yes")[0] == 0
    assert steward("bin", "purge", "--yes")[0] == 1, "nothing is left there"
    with account_scope(northwind.id):
        assert list(Ticket.objects.all()) == [spam]
        assert binned.pk != spam.pk


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_had_asked_for_it(steward, northwind, farah):
    with account_scope(northwind.id):
        asked = NewRequest(PrivacyRequest.Type.ERASE, PrivacyRequest.Channel.AGENT, now(), subject=farah)
        request = open_request(asked, actor=SYSTEM)
        verify(request, by=PrivacyRequest.Proof.KNOWN, actor=SYSTEM)
        approve(request, actor=SYSTEM)
    code, out, _err = steward("person", "erase", "--email", "farah@example.net", "--yes")
    assert code == 0
    with account_scope(northwind.id):
        request.refresh_from_db()
    assert (request.state, request.subject_id) == ("backups_expiring", None)
    assert str(request.erasure_id) in out, "the request shows the certificate that was printed"


def test_a_department_and_a_period_are_held(steward, northwind, eli, support):
    ticket = make_ticket(eli, status=Status.DELETED, department=support)
    [hold] = told(steward("hold", "place", "--department", support.name, "--basis", "claims"))
    assert (hold["on"], hold["object"]) == ("department", str(support.pk))
    assert told(steward("bin", "show")) == [{"status": "deleted", "tickets": 1, "held": 1}]
    steward("hold", "lift", hold["id"])
    day = ticket.created_at.date().isoformat()
    [hold] = told(steward("hold", "place", "--first", day, "--last", day, "--basis", "claims"))
    assert hold["on"] == "period"
    assert hold["begins"] < hold["ends"]
    assert told(steward("bin", "show")) == [{"status": "deleted", "tickets": 1, "held": 1}]


def test_nothing_is_erased_without_the_word(steward, northwind, eli, monkeypatch):
    make_ticket(eli, status=Status.DELETED)
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    code, _out, err = steward("bin", "purge")
    assert (code, "Nothing was erased" in err) == (1, True)
    with account_scope(northwind.id):
        assert Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rules_are_offered_tried_and_switched_on(steward, northwind, eli, clock):
    clock()
    ticket = make_ticket(eli, status=Status.DELETED)
    offered = told(steward("retention", "offer"))
    assert not any(rule["is_on"] for rule in offered)
    assert told(steward("retention", "offer")) == []
    assert told(steward("retention", "list")) == offered
    of_bin = next(rule for rule in offered if rule.get("status") == "deleted")
    clock(30 * 24 * 60)
    [tried] = told(steward("retention", "try", of_bin["id"]))
    assert (tried["number"], tried["first"]) == (1, [ticket.code])
    assert told(steward("retention", "run")) == []
    assert told(steward("retention", "on", of_bin["id"]))[0]["is_on"]
    [run] = told(steward("retention", "run"))
    assert (run["kind"], run["number"], run["days"]) == ("tickets", 1, 30)
    assert told(steward("retention", "report")) == [run]


def test_what_is_not_there_is_said_in_a_sentence(steward):
    nobody = "00000000-0000-0000-0000-000000000000"
    for arguments in (
        ("hold", "place", "--ticket", "XXX-00000", "--basis", "claims"),
        ("hold", "place", "--email", "nobody@example.org", "--basis", "claims"),
        ("hold", "place", "--basis", "claims", "--until", "2020-01-01"),
        ("hold", "place", "--department", "Nowhere", "--basis", "claims"),
        ("hold", "place", "--first", "2026-02-01", "--last", "2026-01-31", "--basis", "claims"),
        ("hold", "place", "--first", "yesterday", "--basis", "claims"),
        ("hold", "place", "--department", "Support", "--first", "2026-02-01", "--basis", "claims"),
        ("hold", "lift", nobody),
        ("retention", "try", nobody),
    ):
        code, out, err = steward(*arguments)
        assert (code, out, err.count("\n")) == (1, "", 1), arguments


@pytest.mark.django_db(transaction=True)
def test_consents_are_brought_along_listed_and_withdrawn(steward, northwind, tmp_path):
    with account_scope(northwind.id):
        add_purpose("news", "newsletter", {"en": {"name": "News", "text": "Monthly."}}, actor=SYSTEM)
    of = ("--purpose", "news")
    file = tmp_path / "yes.jsonl"
    file.write_text(
        '{"email": "eli@example.org", "at": "2025-11-03T09:00:00+01:00", "note": "4711"}\n'
        '{"email": "new@example.org"}\n'
    )
    assert told(steward("consent", "record", *of, "--file", str(file))) == [{"noted": 2}]
    with CaptureQueriesContext(connection) as asked:
        first, second = told(steward("consent", "list", *of))
    assert sum('FROM "contacts_contactaddress"' in one["sql"] for one in asked) == 1
    assert (first["email"], first["given_at"], first["note"]) == (
        "eli@example.org",
        "2025-11-03T08:00:00+00:00",
        "4711",
    )
    assert (second["email"], second["channel"], second["ended_at"]) == ("new@example.org", "import", None)
    assert steward("consent", "withdraw", *of, "--email", "Eli@example.org", "--channel", "call")[0] == 0
    assert steward("consent", "withdraw", *of, "--email", "eli@example.org")[0] == 1, "there is nothing any more"
    assert "Line 1" in steward("consent", "record", *of, "--file", str(file))[2], "what was taken back is not undone"
    file.write_text('{"email": "new@example.org"}\n{"email": "eli at example.org"}\n')
    refused = steward("consent", "record", *of, "--file", str(file))[2]
    assert "Line 2: eli at example.org is no e-mail address" in refused
    assert "no e-mail address" in steward("consent", "record", *of, "--email", "eli", "--note", "said so")[2]
    assert len(told(steward("consent", "list", *of))) == 2, "nothing was noted of either"
    file.write_text("no JSON")
    assert "Nothing was noted" in steward("consent", "record", *of, "--file", str(file))[2]
    assert "--note" in steward("consent", "record", *of, "--email", "eli@example.org")[2], "a yes needs proof"
    assert steward("consent", "list", "--purpose", "unknown")[0] == 1
