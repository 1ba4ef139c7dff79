"""`steward redact`."""

import contextlib
import io
import json

import pytest

from steward.lib.redacting import MARK
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.models import Message

CARD = "4111 1111 1111 1111"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticket(eli):
    return make_ticket(eli, body=f"It is {CARD}, quokka.")


@pytest.fixture
def steward(db, monkeypatch, capsys, ticket):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(command, *arguments, typed="", account="northwind"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = cli.main(["redact", command, "--account", account, "--ticket", ticket.code, *arguments])
        shown = capsys.readouterr()
        assert CARD not in shown.out + shown.err
        return code, shown.out, shown.err

    return run


def text_of(ticket):
    with account_scope(ticket.account_id):
        return Message.objects.get(ticket=ticket).body_text


def test_what_is_found_is_counted_and_not_shown(steward):
    code, out, _err = steward("find")
    assert (code, json.loads(out)["found"]) == (0, {"card": 1})


def test_words_go_when_it_is_meant(steward, ticket):
    code, out, _err = steward("words", "--reason", "card", typed=f"{CARD}\n")
    assert (code, json.loads(out)["redacted"], json.loads(out)["places"]) == (0, False, {"message": 1})
    assert CARD in text_of(ticket)
    code, out, _err = steward("words", "--reason", "card", "--yes", typed=f"{CARD}\n")
    assert (code, json.loads(out)["redacted"]) == (0, True)
    assert text_of(ticket) == f"It is {MARK}, quokka."


@pytest.mark.parametrize("typed", ["", "is\n", "wombat\n"])
def test_words_that_are_none(steward, ticket, typed):
    assert steward("words", "--reason", "card", "--yes", typed=typed)[0] == 1
    assert CARD in text_of(ticket)


def test_a_ticket_of_another_account_is_none(steward, contoso, ticket):
    code, _out, err = steward("find", account="contoso")
    assert (code, "no ticket" in err) == (1, True)
