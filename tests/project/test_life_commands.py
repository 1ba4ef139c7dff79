"""Plans, invoices and the states of accounts at a terminal."""

import contextlib
import io
import json
import sys

import pytest

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.models import KeptInvoice, Standing
from steward.lifecycle.reopening import order_reopening
from steward.lifecycle.suspension import terminate_account
from steward.people.models import OperatorAct
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


@pytest.fixture
def steward(db, monkeypatch, capsys):
    """`steward("account", "list", typed="...")` -> exit code, standard output, standard error; on the test database."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments, typed=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        code = cli.main(arguments)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


INVOICE = ("--account", "northwind", "--number", "7")
CREATE = ("invoice", "create", *INVOICE, "--amount", "49", "--currency", "eur", "--due")


def test_an_account_goes_on_a_plan_and_says_what_comes(steward, northwind, clock):
    assert steward("account", "plan", "northwind", "trial")[0] == 0
    told = json.loads(steward("account", "show", "northwind")[1])
    assert (told["plan"], told["next"], told["at"]) == ("trial", "suspended", "2026-03-17T12:00:00+00:00")
    assert "platinum" in steward("account", "plan", "northwind", "platinum")[2]


def test_an_account_is_opened_on_a_plan(steward, clock):
    line = ("account", "create", "fjord", "--name", "Fjord", "--owner", "finn@fjord.example", "--plan")
    assert steward(*line, "platinum", typed="correct horse 9\n")[0] == 1
    assert steward(*line, "trial", typed="correct horse 9\n")[0] == 0
    assert Standing.objects.get(account__slug="fjord").plan_id == "trial"


def test_an_account_is_suspended_and_opened_again(steward, northwind):
    assert steward("account", "resume", "northwind")[0] == 1
    assert steward("account", "suspend", "northwind")[0] == 0
    assert Account.objects.get(pk=northwind.pk).state == "suspended"
    assert steward("account", "reopen", "northwind")[0] == 1
    assert steward("account", "resume", "northwind")[0] == 0
    assert Account.objects.get(pk=northwind.pk).state == "active"


def test_a_terminated_account_is_opened_again_on_its_owners_order_alone(steward, northwind):
    steward("account", "suspend", "northwind")
    assert json.loads(steward("account", "show", "northwind")[1])["reopening_ordered_at"] is None
    terminate_account(northwind, actor=SYSTEM)
    by = ("--ordered-by", "Ada Larsen", "--how", "letter of 3 March, signed")
    code, _out, said = steward("account", "reopen", "northwind")
    assert (code, "No owner has ordered" in said, "/standing?account=northwind" in said) == (1, True, True)
    assert steward("account", "reopen", "northwind", *by[:2])[0] == 1, "in which way?"
    assert steward("account", "reopen", "northwind", "--ordered-by", " ", "--how", "letter")[0] == 1, "who?"
    assert Account.objects.get(pk=northwind.pk).state == "terminated"
    assert steward("account", "reopen", "northwind", *by)[0] == 0
    assert Account.objects.get(pk=northwind.pk).state == "active"
    assert "Only a terminated account" in steward("account", "reopen", "northwind", *by)[2]
    acts = OperatorAct.objects.filter(account_id=northwind.pk).order_by("id").values_list("act", flat=True)
    assert list(acts) == ["account.suspended", "account.reopening_noted", "account.reopened"]


def test_an_order_that_an_owner_has_given_on_the_page_is_the_one_that_holds(steward, northwind, ada):
    steward("account", "suspend", "northwind")
    terminate_account(northwind, actor=SYSTEM)
    with upkeep_scope(northwind.id):
        order_reopening(northwind, owner=ada)
    code, out, _said = steward("account", "reopen", "northwind", "--ordered-by", "Finn", "--how", "letter")
    assert (code, "yours was not noted" in out) == (0, True)
    acts = OperatorAct.objects.filter(account_id=northwind.pk).order_by("id").values_list("act", flat=True)
    assert list(acts) == ["account.suspended", "account.reopened"]


def test_invoices_that_outlive_their_account(steward, northwind, clock):
    bill = {"number": "2026-7", "issued_to": "Northwind", "amount": 49, "currency": "EUR", "state": "unpaid"}
    KeptInvoice.objects.create(account=northwind, issued_at=now(), due_at=now(), kept_until=now(), **bill)
    assert json.loads(steward("invoice", "list", "--account", "northwind")[1])["state"] == "unpaid"
    assert steward("invoice", "paid", "--account", "northwind", "--number", "2026-7")[0] == 0
    assert steward("invoice", "void", "--account", "northwind", "--number", "2026-7")[0] == 1
    assert KeptInvoice.objects.get().state == "paid"


def test_invoices(steward, northwind, clock):
    assert json.loads(steward(*CREATE, "2026-04-01T00:00:00Z")[1])["state"] == "unpaid"
    assert steward(*CREATE, "2026-04-01")[0] == 1, "the number is taken"
    assert steward("invoice", "paid", *INVOICE)[0] == 0
    assert steward("invoice", "void", *INVOICE)[0] == 1
    assert steward("invoice", "void", "--account", "northwind", "--number", "8")[0] == 1
    assert json.loads(steward("invoice", "list", "--account", "northwind")[1])["state"] == "paid"


@pytest.mark.parametrize("due", ["soon", "2026-13-01"])
def test_no_moment(steward, northwind, due):
    assert "moment" in steward(*CREATE, due)[2]


def test_a_plan_is_changed_and_accounts_on_it_follow(steward, northwind, clock, run_jobs):
    steward("account", "plan", "northwind", "trial")
    assert steward("plan", "set", "trial", "--grace-days", "3", "--suspended-days", "10")[0] == 0
    assert steward("plan", "set", "self-hosted", "--suspended-days", "10")[0] == 1
    assert steward("plan", "set", "trial", "--suspended-days", "0")[0] == 1
    assert steward("plan", "set", "yearly", "--warning-days", "30,14,1")[0] == 0
    run_jobs("lifecycle.reckon")
    plans = [json.loads(line) for line in steward("plan", "list")[1].splitlines()]
    assert [plan["plan"] for plan in plans] == ["self-hosted", "standard", "trial", "yearly"]
    assert plans[2]["suspended_days"] == 10
    assert json.loads(steward("account", "look-after")[1].split()[0]) == 1


def test_an_incident_is_noted_and_told(steward, northwind, contoso, clock):
    opened = ("incident", "open", "--title", "A disk is gone", "--kind", "availability")
    assert "2026-03-01" in steward(*opened, "--aware", "tomorrow")[2]
    assert "still to come" in steward(*opened, "--aware", "2026-03-03T12:00:01Z")[2]
    assert json.loads(steward(*opened, "--aware", "2026-03-03T11:00Z")[1])["number"] == 1
    assert "nobody-here" in steward("incident", "note", "1", "--account", "nobody-here")[2]
    assert "After suspected comes confirmed, dismissed." in steward("incident", "note", "1", "--state", "closed")[2]
    noted = ("--all", "--persons", "3", "--nature", "A disk is gone.", "--state", "confirmed", "--words", "Asked.")
    told = json.loads(steward("incident", "note", "1", *noted)[1])
    assert (told["state"], told["accounts_told_by"]) == ("confirmed", "2026-03-04T11:00:00+00:00")
    assert "nature" not in told["unknown"]
    assert "--accounts 2" in steward("incident", "tell", "1", "--accounts", "1")[2]
    assert json.loads(steward("incident", "tell", "1", "--accounts", "2")[1]) == {"told": 2}
    shown = json.loads(steward("incident", "show", "1")[1])
    assert [one["account"] for one in shown["accounts"]] == ["contoso", "northwind"]
    assert shown["history"][0]["what"] == "told"
    assert steward("incident", "show", "2")[0] == 1
    assert json.loads(steward("incident", "list")[1])["title"] == "A disk is gone"
