"""Access to what an account holds, at a terminal: asked for and given up, never granted."""

import contextlib
import json

import pytest

from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import grant_access, offer_access
from steward.privacy.support_access.models import SupportGrant
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope

ASK = ("ask", "--account", "northwind", "--as", "olga@operator.example", "--reason", "Late mail", "--area", "tickets")


@pytest.fixture
def grant(db, monkeypatch, capsys):
    """`grant("list", ...)`: exit code, standard output, standard error."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        code = cli.main(["grant", *arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_it_is_asked_for_shown_and_ended(grant, northwind, ada, olga):
    assert grant(*ASK, "--area", "settings", "--hours", "3", "--write", "--erase")[0] == 0
    [line] = grant("list", "--account", "northwind")[1].splitlines()
    told = json.loads(line)
    assert (told["state"], told["areas"], told["hours"], told["may_write"], told["may_erase"]) == (
        "requested", ["tickets", "settings"], 3, True, True,
    )  # fmt: skip
    assert (told["asked_by"], told["staff"]) == ("olga@operator.example", ["olga@operator.example"])
    one = ("--account", "northwind", told["grant"])
    with account_scope(northwind.id):
        grant_access(SupportGrant.objects.get(), by=Granter(ada))
    told = json.loads(grant("show", *one)[1])
    assert (told["state"], told["reads"], told["erasures"], told["looked"]) == ("granted", 0, 0, [])
    assert (told["may_write"], told["may_erase"]) == (True, False), "nobody said so"
    assert ada.name not in str(told)
    assert grant("revoke", *one, "--as", "olga@operator.example")[0] == 0
    assert json.loads(grant("show", *one)[1])["state"] == "ended"
    code, _out, err = grant("revoke", *one, "--as", "olga@operator.example")
    assert (code, "over already" in err) == (1, True)


def test_a_request_is_withdrawn(grant, northwind, olga):
    key = grant(*ASK)[1].split(":")[0]
    assert grant("revoke", "--account", "northwind", key, "--as", "olga@operator.example")[0] == 0
    assert json.loads(grant("show", "--account", "northwind", key)[1])["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*ASK, "--hours", "169"), "cannot be asked"),
        ((*ASK[:4], "ada@northwind.example", *ASK[5:]), "is no operator"),
        (("show", "--account", "northwind", "x"), "There is no access"),
        (("list", "--account", "fabrikam"), "There is no account"),
    ],
)
def test_what_cannot_be_says_why(grant, northwind, contoso, olga, arguments, words):
    code, _out, err = grant(*arguments)
    assert (code, words in err) == (1, True)


def test_nobody_grants_at_a_terminal(grant):
    with pytest.raises(SystemExit):
        grant("grant", "--account", "northwind")


def test_a_restore_ends_every_access(grant, northwind, ada, settings, tmp_path):
    """Which of them were ended after the backup was made, nobody knows any more."""
    settings.STEWARD_LEDGER = str(tmp_path)
    with account_scope(northwind.id):
        offer_access(by=Granter(ada), reason="Look.", areas=["tickets"])
    assert cli.main(["restore", "--replay"]) == 0
    assert json.loads(grant("list", "--account", "northwind")[1].splitlines()[-1])["state"] == "ended"
