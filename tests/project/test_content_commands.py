"""Commands that show or change what an account holds: whose leave they take, and what is left of them."""

import contextlib
import json
from datetime import timedelta

import pytest

from steward.contacts.models import Contact
from steward.events.actions import record
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lifecycle.leave import By, Leave, NoLeave, leave_for
from steward.lifecycle.models import STANDARD
from steward.lifecycle.plans import put_on_plan
from steward.outbox.models import InstallationMail
from steward.people.access import actor_of
from steward.people.models import OperatorAct
from steward.people.second_factors import has_second_factor, new_totp_secret, store_totp
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import end_all_access, offer_access, revoke_access
from steward.privacy.support_access.commands import COMMANDS
from steward.privacy.support_access.letters import use_of
from steward.privacy.support_access.models import Area, Deed
from steward.privacy.support_access.queries import report_of, seen_under
from steward.privacy.takeout.actions import order_copy
from steward.project import cli
from steward.project.commands import session
from steward.project.commands.content import refuse_without_consent
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

FIND = ["person", "find", "--account", "northwind", "--email", "eli@example.org"]


HERE = ["--account", "northwind"]
RULE = "00000000-0000-7000-8000-000000000001"
# Each command of the table but two, that have tests of their own: how it is typed.
TYPED = {
    "agent.add": ["northwind", "--email", "spy@host.example", "--role", "owner"],
    "bin.show": HERE,
    "bin.purge": [*HERE, "--yes"],
    "consent.list": HERE,
    "consent.record": [*FIND[2:], "--purpose", "news", "--note", "rang"],
    "consent.withdraw": [*FIND[2:], "--purpose", "news"],
    "egress.list": HERE,
    "hold.list": HERE,
    "hold.place": [*FIND[2:], "--basis", "claims"],
    "hold.lift": [*HERE, RULE],
    "mail-account.add": ["northwind", "--address", "spy@host.example"],
    "mail-account.change": ["northwind", "--address", "support@northwind.localhost", "--answer-automatically"],
    "mail-account.list": ["northwind"],
    "person.find": FIND[2:],
    "person.export": [*FIND[2:], "--yes"],
    "person.erase": [*FIND[2:], "--yes"],
    "redact.find": [*HERE, "--ticket", "ABC-12345"],
    "redact.words": [*HERE, "--ticket", "ABC-12345", "--reason", "card"],
    "retention.list": HERE,
    "retention.offer": HERE,
    "retention.try": [*HERE, RULE],
    "retention.on": [*HERE, RULE],
    "retention.off": [*HERE, RULE],
    "retention.run": HERE,
    "retention.report": HERE,
    "service.add": ["northwind", "--name", "X", "--url", "https://x.example", "--for", "answer.suggest", "--no-key"],
    "service.list": ["northwind"],
    "service.retire": ["northwind", "x.example:443"],
}


@pytest.fixture
def northwind_pays(northwind, ada):
    """It is the account of another company, and Ada has been there."""
    put_on_plan(northwind, STANDARD, actor=SYSTEM)
    with account_scope(northwind.pk):
        record("member.signed_in", ada, actor=actor_of(ada))


@pytest.fixture
def let_in(northwind, ada):
    """`let_in("tickets", ...)`: Ada lets support in."""

    def offer(*areas, **how):
        with account_scope(northwind.pk):
            return offer_access(by=Granter(ada), reason="Look.", areas=areas, **how)

    return offer


@pytest.fixture
def steward(monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        return cli.main([*arguments]), capsys.readouterr()

    return run


def test_each_command_of_the_table_is_tried():
    assert {*TYPED} == {*COMMANDS} - {"account.export", "agent.remove-second-factor"}


@pytest.mark.parametrize("command", TYPED)
def test_the_account_of_another_company_is_asked_first(steward, eli, northwind_pays, command, monkeypatch):
    monkeypatch.setattr("sys.stdin", [])
    code, shown = steward(*command.split("."), *TYPED[command])
    assert (code, shown.out) == (1, "")
    box = {Deed.READ: "", Deed.WRITE: " --write", Deed.ERASE: " --erase"}[COMMANDS[command].deed]
    areas = "".join(f" --area {area}" for area in COMMANDS[command].areas)
    assert f"steward grant ask --account northwind{areas}{box} --as" in shown.err
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


@pytest.mark.parametrize("command", TYPED)
def test_each_needs_its_area_and_its_box_and_no_other(northwind, northwind_pays, let_in, command):
    reach = COMMANDS[command]
    others = [area for area in Area.values if area != reach.area]
    let_in(*others, may_write=True, may_erase=True)
    boxes = {Deed.READ: {}, Deed.WRITE: {"may_write": True}, Deed.ERASE: {"may_erase": True}}
    for deed, box in boxes.items():
        if deed not in {reach.deed, Deed.READ}:
            let_in(reach.area, **box)
    if reach.deed is not Deed.READ:
        with pytest.raises(Failure, match="another company"):
            refuse_without_consent(northwind, command)
    grant = let_in(reach.area, hours=100, **boxes[reach.deed])
    assert refuse_without_consent(northwind, command) == Leave(By.GRANT, grant.pk)


def test_a_grant_to_write_erases_nobody(steward, northwind, northwind_pays, let_in, eli):
    let_in(*Area.values, may_write=True)
    code, shown = steward("person", "erase", *FIND[2:], "--yes")
    assert (code, "--area customers --erase" in shown.err) == (1, True)
    with account_scope(northwind.pk):
        assert Contact.objects.filter(pk=eli.pk).exists()


@pytest.mark.parametrize("command", [["person", "erase", *FIND[2:]], ["bin", "purge", *HERE]], ids=lambda one: one[0])
def test_what_ends_while_the_terminal_waits_is_over(
    steward, northwind, northwind_pays, ada, let_in, eli, monkeypatch, command
):
    ticket = make_ticket(eli, status=Status.DELETED)
    grant = let_in(Area.CUSTOMERS, Area.TICKETS, may_erase=True)

    def think(_question):
        with account_scope(northwind.pk):
            revoke_access(grant, by=ada)
        return {"person": "eli@example.org", "bin": "northwind"}[command[0]]

    monkeypatch.setattr("builtins.input", think)
    code, shown = steward(*command)
    assert (code, "has ended its leave meanwhile" in shown.err) == (1, True)
    with account_scope(northwind.pk):
        assert Ticket.objects.filter(pk=ticket.pk).exists()
        assert Contact.objects.filter(pk=eli.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_grant_to_erase_does_and_the_report_says_so(steward, northwind, northwind_pays, ada, let_in, eli):
    longer = let_in(Area.CUSTOMERS, hours=100)
    grant = let_in(Area.CUSTOMERS, may_erase=True)
    assert steward("person", "erase", *FIND[2:], "--yes")[0] == 0
    with account_scope(northwind.pk):
        assert not Contact.objects.filter(pk=eli.pk).exists()
        report = report_of(grant)
        assert (report.reads, report.writes, report.erasures) == (0, 1, 1)
        assert [one.command for one in seen_under(grant)] == ["person.erase"]
        revoke_access(grant, by=ada)
        assert report_of(longer).writes == 0, "it is said under the grant that let it, and under no other"
    told = InstallationMail.objects.filter(purpose="support access").order_by("-created_at", "-id")[0]
    text = decrypt_for_installation(told.content, context=told.context_of("content")).decode()
    assert "Commands that erased or made unreadable: 1" in text


def test_an_owners_order_for_their_own_copy_lets_nobody_read_persons(steward, northwind, northwind_pays, ada, eli):
    with account_scope(northwind.pk):
        order_copy(actor=actor_of(ada))
    assert leave_for(northwind, area="export", for_owners=True).by is By.ORDER
    code, shown = steward("person", "export", *HERE, "--email", "eli@customer.example", "--yes")
    assert (code, shown.out) == (1, "")
    assert "--area customers --area tickets" in shown.err


def test_moving_takes_a_signed_order_whatever_is_granted(northwind, northwind_pays, let_in):
    let_in(*Area.values, may_write=True, may_erase=True)
    with pytest.raises(NoLeave):
        leave_for(northwind, area="move")


class TestSettingUp:
    def test_an_account_that_nobody_has_entered_can_be_set_up(self, steward, northwind, eli):
        put_on_plan(northwind, STANDARD, actor=SYSTEM)
        assert "support@northwind.localhost" in steward("mail-account", "list", "northwind")[1].out
        with account_scope(northwind.pk):
            assert Event.objects.get(kind="account.command_run").changes["leave"] == "nobody"
        assert steward(*FIND)[0] == 1, "what it holds is another matter"
        assert steward("agent", "add", "northwind", *TYPED["agent.add"][1:])[0] == 1, "whoever comes in sees it"

    def test_not_once_it_is_older_than_sign_ins_are_looked_back_for(self, steward, northwind, ada, stop_clock):
        stop_clock(northwind.created_at)
        put_on_plan(northwind, STANDARD, actor=SYSTEM)
        for days, code in ((29, 0), (31, 1)):
            stop_clock(northwind.created_at + timedelta(days=days))
            assert steward("mail-account", "list", "northwind")[0] == code

    def test_a_company_that_is_its_own_host_sets_itself_up(self, steward, northwind, ada):
        with account_scope(northwind.pk):
            record("member.signed_in", ada, actor=actor_of(ada))
        for command in ("mail-account list northwind", "service list northwind", "egress list --account northwind",
                        "hold list --account northwind", "retention list --account northwind"):  # fmt: skip
            assert steward(*command.split())[0] == 0, command


class TestHolds:
    def test_what_stops_the_clock_takes_nobodys_leave(self, steward, northwind, northwind_pays):
        code, shown = steward("hold", "place", *HERE, "--basis", "legal_duty")
        assert code == 0
        assert steward("hold", "list", "--whole", *HERE)[1].out == shown.out
        assert steward("hold", "list", *HERE)[0] == 1
        assert steward("hold", "lift", *HERE, json.loads(shown.out)["id"])[0] == 0
        assert steward("hold", "list", "--whole", *HERE)[1].out == ""

    def test_any_other_does(self, steward, northwind, northwind_pays, eli, let_in):
        let_in(Area.PRIVACY, may_write=True)
        hold = json.loads(steward("hold", "place", *TYPED["hold.place"])[1].out)
        with account_scope(northwind.pk):
            end_all_access()
        assert steward("hold", "lift", *HERE, hold["id"])[0] == 1
        assert steward("hold", "list", "--whole", *HERE)[1].out == ""


class TestSecondFactors:
    """`agent remove-second-factor`: who could let it is asked; who is alone there could not."""

    REMOVE = ("agent", "remove-second-factor", "--email")

    def test_somebody_else_there_lets_it(self, steward, northwind, northwind_pays, ben, let_in):
        store_totp(ben.user, new_totp_secret())
        code, shown = steward(*self.REMOVE, ben.user.email)
        assert (code, "--area settings --write" in shown.err, "account northwind" in shown.err) == (1, True, False)
        assert has_second_factor(ben.user)
        grant = let_in(Area.SETTINGS, may_write=True)
        assert steward(*self.REMOVE, ben.user.email)[0] == 0
        assert not has_second_factor(ben.user)
        with account_scope(northwind.pk):
            assert [one.command for one in seen_under(grant)] == ["agent.remove-second-factor"]

    def test_an_owner_who_is_alone_is_let_in_and_it_is_recorded(self, steward, northwind, northwind_pays, ada):
        store_totp(ada.user, new_totp_secret())
        assert steward(*self.REMOVE, ada.user.email)[0] == 0
        assert not has_second_factor(ada.user)
        with account_scope(northwind.pk):
            assert Event.objects.get(kind="account.command_run").changes["leave"] == "nobody"
