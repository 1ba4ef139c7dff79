"""`steward egress list`."""

import contextlib
import json

import pytest

from steward.lib.clock import now
from steward.privacy.egress.models import EgressEvent
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope


@pytest.fixture
def steward(db, monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        code = cli.main(arguments)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def left(account, **changes):
    usual = {
        "traffic": "T", "purpose": "mail.deliver", "categories": ["user.content"], "host": "relay.example",
        "port": 587, "from_region": "eu", "bytes": 7, "is_allowed": True, "reason_code": "allowed", "at": now(),
    }  # fmt: skip
    with account_scope(account.id):
        EgressEvent.objects.create(**(usual | changes))


def test_it_lists_one_account_and_can_be_narrowed(steward, northwind, contoso):
    left(northwind)
    left(northwind, host="nowhere.example", traffic="", is_allowed=False, reason_code="unknown_host", bytes=None)
    left(contoso, host="contoso.example")
    code, out, _ = steward("egress", "list", "--account", "northwind", "--json")
    assert code == 0
    assert [json.loads(line)["destination"] for line in out.splitlines()] == [
        "nowhere.example:587",
        "relay.example:587",
    ]
    _, refused, _ = steward("egress", "list", "--account", "northwind", "--refused")
    assert refused.split("\t")[1] == "unknown_host"
    _, narrowed, _ = steward("egress", "list", "--account", "northwind", "--host", "Relay.example", "--most", "1")
    assert len(narrowed.splitlines()) == 1
    assert "left" in narrowed


def test_an_account_that_is_not_there(steward):
    code, _, err = steward("egress", "list", "--account", "nobody")
    assert code == 1
    assert "There is no account" in err
