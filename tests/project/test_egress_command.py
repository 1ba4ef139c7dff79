"""`steward egress list`."""

import contextlib
import json
from datetime import timedelta

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


def test_a_row_says_what_left_when_to_whom_and_nothing_of_what_it_was(steward, northwind):
    at = now()
    left(northwind, at=at, engagement="relay", traffic="S", bytes=None)
    _, out, _ = steward("egress", "list", "--account", "Northwind", "--json")
    assert json.loads(out) == {
        "at": at.isoformat(timespec="seconds"), "outcome": "left", "traffic": "S", "purpose": "mail.deliver",
        "destination": "relay.example:587", "engagement": "relay", "bytes": "",
    }  # fmt: skip
    _, plain, _ = steward("egress", "list", "--account", "northwind")
    assert plain.rstrip("\n").split("\t") == list(map(str, json.loads(out).values()))


def test_the_newest_come_first_and_only_so_many(steward, northwind):
    for number in range(5):
        left(northwind, host=f"s{number}.example", at=now() + timedelta(seconds=number))
    _, out, _ = steward("egress", "list", "--account", "northwind", "--most", "3")
    assert [line.split("\t")[4] for line in out.splitlines()] == [f"s{number}.example:587" for number in (4, 3, 2)]
    assert steward("egress", "list", "--account", "northwind", "--most", "0")[1] == ""


@pytest.mark.parametrize("line", [(), ("list",), ("drop",), ("list", "--account", "northwind", "--most", "many")])
def test_wrongly_called(steward, line):
    with pytest.raises(SystemExit) as end:
        steward("egress", *line)
    assert end.value.code == 2
