"""Commands that show what an account holds: whose leave they take, and what is left of them."""

import contextlib

import pytest

from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lifecycle.models import STANDARD
from steward.lifecycle.plans import put_on_plan
from steward.people.models import OperatorAct
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import offer_access, revoke_access
from steward.privacy.support_access.letters import use_of
from steward.privacy.support_access.models import Area
from steward.privacy.support_access.queries import report_of, seen_under
from steward.project import cli
from steward.project.commands import session
from steward.project.commands.content import refuse_without_consent
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket

FIND = ["person", "find", "--account", "northwind", "--email", "eli@example.org"]


@pytest.fixture
def northwind_pays(northwind):
    put_on_plan(northwind, STANDARD, actor=SYSTEM)


@pytest.fixture
def steward(monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        return cli.main([*arguments]), capsys.readouterr()

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        FIND,
        ["person", "export", *FIND[2:], "--yes"],
        ["person", "erase", *FIND[2:], "--yes"],
        ["redact", "find", "--account", "northwind", "--ticket", "ABC-12345"],
        ["redact", "words", "--account", "northwind", "--ticket", "ABC-12345", "--reason", "card"],
        ["consent", "list", "--account", "northwind"],
        ["consent", "record", *FIND[2:], "--purpose", "news", "--note", "rang"],
        ["consent", "withdraw", *FIND[2:], "--purpose", "news"],
        ["agent", "add", "northwind", "--email", "spy@host.example", "--role", "owner"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_the_account_of_another_company_is_asked_first(steward, eli, northwind_pays, arguments, monkeypatch):
    monkeypatch.setattr("sys.stdin", [])
    code, shown = steward(*arguments)
    assert (code, shown.out) == (1, "")
    assert "steward grant ask --account northwind --area" in shown.err
    assert "Eli" not in shown.err
    assert OperatorAct.objects.get().act == "command.refused"


def test_a_company_that_is_its_own_host_needs_nobody_and_it_is_recorded(steward, northwind, eli):
    code, shown = steward(*FIND)
    assert (code, "Eli Berg" in shown.out) == (0, True)
    with account_scope(northwind.pk):
        told = Event.objects.get(kind="account.command_run")
    assert (told.object_id, told.changes) == (northwind.pk, {"command": "person.find", "leave": "own"})


def test_while_a_grant_opens_the_area_and_no_longer(steward, northwind, northwind_pays, ada, eli):
    make_ticket(eli)
    with account_scope(northwind.pk):
        offer_access(by=Granter(ada), reason="Look.", areas=[Area.TICKETS])
    assert steward(*FIND)[0] == 1
    with account_scope(northwind.pk):
        grant = offer_access(by=Granter(ada), reason="Look.", areas=[Area.CUSTOMERS])
    assert steward(*FIND)[0] == 0
    with account_scope(northwind.pk):
        assert Event.objects.get(kind="account.command_run").changes["leave"] == "grant"
        assert report_of(grant).reads == 1
        [used] = use_of(seen_under(grant))
        assert (used.who, used.reads, used.writes) == ("Command line", 1, 0), "the closing report says so, too"
        revoke_access(grant, by=ada)
    assert steward(*FIND)[0] == 1


def test_a_grant_to_read_lets_no_command_change_anything(steward, northwind, northwind_pays, ada, eli):
    with account_scope(northwind.pk):
        offer_access(by=Granter(ada), reason="Look.", areas=Area.values)
    code, shown = steward("person", "erase", *FIND[2:], "--yes")
    assert (code, "--area customers --write" in shown.err) == (1, True)
    with account_scope(northwind.pk):
        assert Contact.objects.filter(pk=eli.pk).exists()
        grant = offer_access(by=Granter(ada), reason="Erase.", areas=[Area.CUSTOMERS], may_write=True)
    refuse_without_consent(northwind, "person.erase", area="customers")
    with account_scope(northwind.pk):
        assert (report_of(grant).reads, report_of(grant).writes) == (0, 1)


def test_moving_takes_a_signed_order_whatever_is_granted(northwind, northwind_pays, ada):
    with account_scope(northwind.pk):
        offer_access(by=Granter(ada), reason="Look.", areas=Area.values)
    with pytest.raises(Failure, match="another company"):
        refuse_without_consent(northwind, "account.move", area="move")
