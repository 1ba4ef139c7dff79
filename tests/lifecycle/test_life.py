"""An account's life as it is kept: plans, invoices, the pass over all accounts, and what people are told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.invoices import Bill, NotIssued, issue_invoice, note_paid, void_invoice
from steward.lifecycle.models import Plan, Standing
from steward.lifecycle.opening import Owner, open_account
from steward.lifecycle.passing import do_what_is_due, pass_over_accounts
from steward.lifecycle.plans import NoSuchPlan, PlanRefused, begin_life, plan_of, put_on_plan, set_plan, trial_days
from steward.lifecycle.standings import reckon
from steward.lifecycle.suspension import reopen_account, resume_account, suspend_account
from steward.notifications.of_account import notices_of_account
from steward.outbox.models import InstallationMail
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.models import Account, Domain
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON, contact
from steward.testing.life_samples import note_order_by_letter
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db
DAY = 24 * 60  # minutes, as the clock of tests is put
SECOND = timedelta(seconds=1)
KINDS = ("account.suspension_near", "account.suspended", "account.termination_near", "account.terminated")


@pytest.fixture
def trial(northwind, clock):
    """Northwind, whose trial began at noon."""
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="trial")
    return northwind


@pytest.fixture
def paying(northwind, clock):
    """Northwind, which pays."""
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="standard")
    return northwind


@pytest.fixture
def pass_at(stop_clock, run_jobs):
    """`pass_at(days, seconds=1)`: the pass as it is at that moment, with its jobs; the state that follows."""

    def go(account, days, seconds=0):
        stop_clock(NOON + timedelta(days=days, seconds=seconds))
        pass_over_accounts()
        run_jobs("lifecycle.go_on")
        account.refresh_from_db()
        return account.state

    return go


def told(account):
    """What happened by the clock, with the days of warnings."""
    with upkeep_scope(account.id):
        rows = Event.objects.filter(kind__in=KINDS).order_by("at", "id").values_list("kind", "changes")
        return [
            f"{kind.partition('.')[2]} {changes.get('days', changes.get('reason', ''))}".strip()
            for kind, changes in rows
        ]


def mails():
    """The subjects and texts of what owners got."""
    for mail in InstallationMail.objects.filter(purpose="account life").order_by("pk"):
        yield decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")).decode()


def bill(number="2026-1", *, days=0):
    return Bill(number, Decimal("49.00"), "EUR", now() + timedelta(days=days))


def test_a_trial_to_the_second(trial, pass_at):
    for days, before, after in ((14, "active", "suspended"), (74, "suspended", "terminated")):
        assert pass_at(trial, days, -1) == before
        assert pass_at(trial, days) == after
    assert pass_at(trial, 104, -1) == "terminated"


def test_warnings_come_once_each(trial, pass_at):
    for day in (0, 0, 1, 7, 7, 8, 13, 13, 14, 14, 60, 67, 73, 74):
        pass_at(trial, day)
    assert told(trial) == [
        "suspension_near 14", "suspension_near 7", "suspension_near 1", "suspended trial",
        "termination_near 14", "termination_near 7", "termination_near 1", "terminated",
    ]  # fmt: skip
    texts = list(mails())
    assert len(texts) == 8
    assert "Your help desk is about to be suspended" in texts[0]
    assert "17 March 2026, 12:00 (UTC)" in texts[0]


def test_days_that_were_missed_skip_nothing(trial, pass_at):
    assert pass_at(trial, 200) == "suspended"
    assert pass_at(trial, 200, 1) == "suspended"
    assert pass_at(trial, 214, -1) == "suspended"
    assert pass_at(trial, 214) == "terminated"
    assert told(trial) == ["suspended trial", "termination_near 14", "termination_near 1", "terminated"]


def test_a_pass_asks_once_for_what_is_due(trial, pass_at, stop_clock, contoso):
    with upkeep_scope(contoso.id):
        begin_life(contoso, plan="self-hosted")
    stop_clock(NOON + timedelta(days=14))
    assert [pass_over_accounts() for _ in range(2)] == [1, 0]
    stop_clock(NOON + timedelta(days=14, hours=1))
    assert pass_over_accounts() == 1, "a job that never came back is asked for again"


def test_what_is_done_twice_is_done_once(trial, pass_at):
    pass_at(trial, 14)
    for _ in range(3):
        with upkeep_scope(trial.id):
            do_what_is_due()
    assert told(trial) == ["suspended trial"]


def test_a_plan_without_a_clock_ends_nothing(northwind, clock, pass_at):
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        issue_invoice(bill(), actor=SYSTEM)
    assert plan_of(northwind).code == "self-hosted"
    assert pass_at(northwind, 4000) == "active"


def test_who_signs_up_where_others_are_served_begins_a_trial(settings, clock):
    settings.STEWARD_HOSTING = False
    assert trial_days() is None
    settings.STEWARD_HOSTING = True
    assert trial_days() == 14
    account = open_account("fabrikam", name="Fabrikam", owner=Owner("flo@fabrikam.example", "Flo", None), plan="")
    standing = Standing.objects.get(account=account)
    assert (standing.plan_id, standing.next_stage, standing.next_at) == (
        "trial",
        "suspended",
        NOON + timedelta(days=14),
    )


def test_an_unpaid_invoice_to_the_second(paying, pass_at):
    with upkeep_scope(paying.id):
        issue_invoice(bill(days=30), actor=SYSTEM)
    assert pass_at(paying, 37, -1) == "active"
    assert pass_at(paying, 37) == "suspended"
    assert told(paying)[-1] == "suspended unpaid"


@pytest.mark.parametrize("settle", [note_paid, void_invoice])
def test_what_is_settled_opens_the_account_again(paying, pass_at, settle):
    with upkeep_scope(paying.id):
        first, second = (issue_invoice(bill(n, days=0), actor=SYSTEM) for n in ("1", "2"))
    pass_at(paying, 8)
    with upkeep_scope(paying.id):
        assert settle(first, actor=SYSTEM)
        assert not settle(first, actor=SYSTEM)
        paying.refresh_from_db()
        assert paying.state == "suspended", "the other one is not"
        settle(second, actor=SYSTEM)
    paying.refresh_from_db()
    assert paying.state == "active"
    assert Standing.objects.get(account=paying).look_at is None
    assert pass_at(paying, 500) == "active"


def test_what_an_operator_shut_no_payment_opens(paying, pass_at):
    with upkeep_scope(paying.id):
        invoice = issue_invoice(bill(), actor=SYSTEM)
    suspend_account(paying, actor=SYSTEM)
    with upkeep_scope(paying.id):
        note_paid(invoice, actor=SYSTEM)
    paying.refresh_from_db()
    assert paying.state == "suspended"


def test_a_number_is_given_once_in_an_account(paying, contoso):
    for account in (paying, contoso):
        with upkeep_scope(account.id):
            issue_invoice(bill(), actor=SYSTEM)
    with upkeep_scope(paying.id), pytest.raises(NotIssued):
        issue_invoice(bill(), actor=SYSTEM)


def test_a_plan_that_is_chosen_in_time_ends_the_trial(trial, pass_at):
    assert put_on_plan(trial, "standard", actor=SYSTEM)
    assert not put_on_plan(trial, "standard", actor=SYSTEM)
    assert pass_at(trial, 500) == "active"
    with pytest.raises(NoSuchPlan):
        put_on_plan(trial, "platinum", actor=SYSTEM)


def test_a_plan_that_is_chosen_too_late_opens_the_account_again(trial, pass_at):
    pass_at(trial, 20)
    put_on_plan(trial, "standard", actor=SYSTEM)
    assert pass_at(trial, 500) == "active"


def test_who_is_let_in_again_has_a_week(trial, pass_at):
    pass_at(trial, 20)
    resume_account(trial, actor=SYSTEM)
    assert pass_at(trial, 27, -1) == "active"
    assert pass_at(trial, 27) == "suspended"


def test_a_terminated_account_is_opened_again(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    assert not resume_account(trial, actor=SYSTEM)
    note_order_by_letter(trial)
    assert reopen_account(trial, actor=SYSTEM)
    assert pass_at(trial, 81, -1) == "active"
    assert pass_at(trial, 81) == "suspended", "what it was suspended for is not settled"


def test_termination_takes_what_was_set_up(trial, pass_at):
    """Addresses with their domains, passwords and keys; tickets stay."""
    with upkeep_scope(trial.id):
        support = MailAccount.objects.get(is_default=True)
        there = Destination("smtp.northwind.example", 465)
        declared = Declaration(
            kind=Connector.Kind.SMTP,
            destination=there,
            tls=Connector.Tls.IMPLICIT,
            username="help",
            password="a secret",
        )
        smtp = declare_connector(declared, actor=SYSTEM)
        add_mail_account(
            Mailbox(address="help@northwind.example", smtp=smtp), department=support.department, actor=SYSTEM
        )
        ticket = make_ticket(contact(trial.id, "Eli"))
    pass_at(trial, 14)
    with upkeep_scope(trial.id):
        assert Connector.objects.get(host="smtp.northwind.example").password
    assert Domain.objects.filter(host="northwind.example").exists()
    pass_at(trial, 74)
    with upkeep_scope(trial.id):
        assert not MailAccount.objects.exists()
        assert not Connector.objects.exclude(password=b"").exists()
        assert Ticket.objects.filter(pk=ticket.pk).exists()
    assert not Domain.objects.filter(host="northwind.example").exists()
    note_order_by_letter(trial)
    reopen_account(trial, actor=SYSTEM)
    with upkeep_scope(trial.id):
        assert [each.address for each in MailAccount.objects.all()] == ["support@northwind.localhost"]


def test_a_hold_stops_the_clock_where_it_can_be_seen(trial, pass_at, stop_clock):
    pass_at(trial, 14)
    stop_clock(NOON + timedelta(days=24))
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    standing = Standing.objects.get(account=trial)
    assert (standing.is_stopped, standing.clock_left) == (True, timedelta(days=50))
    assert pass_at(trial, 324) == "suspended"
    with upkeep_scope(trial.id):
        lift_hold(hold, actor=SYSTEM)
    assert Standing.objects.get(account=trial).next_at == NOON + timedelta(days=374)
    assert pass_at(trial, 374, -1) == "suspended"
    assert pass_at(trial, 374) == "terminated"


def test_a_hold_stops_a_step_that_is_late(trial, pass_at, stop_clock):
    pass_at(trial, 14)
    stop_clock(NOON + timedelta(days=75))  # nobody has passed since it was to be terminated
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert pass_at(trial, 80) == "suspended"
    with upkeep_scope(trial.id):
        lift_hold(hold, actor=SYSTEM)
    assert pass_at(trial, 80) == "terminated"


def test_a_step_that_a_hold_has_stopped_comes_when_the_day_of_the_hold_is_over(trial, pass_at, stop_clock):
    pass_at(trial, 14)
    stop_clock(NOON + timedelta(days=75))
    until = NOON + timedelta(days=90)
    with upkeep_scope(trial.id):
        place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM, until=until)
    assert pass_at(trial, 90, -1) == "suspended"
    assert pass_at(trial, 90) == "terminated"


def test_a_hold_keeps_nobody_from_being_suspended_for_what_is_owed(trial, eli, pass_at):
    with upkeep_scope(trial.id):
        place_hold(LegalHold.On.TICKET, make_ticket(eli).pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert pass_at(trial, 14, -1) == "active"
    assert pass_at(trial, 14) == "suspended"


def test_a_hold_opens_nothing_that_still_owes(paying, pass_at):
    with upkeep_scope(paying.id):
        first, _second = (issue_invoice(bill(n, days=0), actor=SYSTEM) for n in ("1", "2"))
    pass_at(paying, 8)
    with upkeep_scope(paying.id):
        place_hold(LegalHold.On.ACCOUNT, paying.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        void_invoice(first, actor=SYSTEM)
    paying.refresh_from_db()
    assert paying.state == "suspended"


def test_periods_are_data_of_the_plan(northwind, clock, pass_at):
    Plan.objects.create(code="short", trial_days=1, suspended_days=2, warning_days=[1])
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="short")
    assert pass_at(northwind, 1, -1) == "active"
    assert pass_at(northwind, 1) == "suspended"
    assert pass_at(northwind, 3, -1) == "suspended"
    assert pass_at(northwind, 3) == "terminated"


def test_how_long_mail_waits_is_data_of_the_plan(northwind, contoso, clock):
    set_plan("standard", mail_held_days=3)
    set_plan("self-hosted", mail_held_days=5)
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="standard")
    for account, days in ((northwind, 3), (contoso, 5)):
        suspend_account(account, actor=SYSTEM)
        account.refresh_from_db()
        assert account.mail_held_until == NOON + timedelta(days=days), account.slug


@pytest.mark.parametrize(
    ("code", "periods"),
    [("self-hosted", {"suspended_days": 1}), ("standard", {"mail_held_days": 0}), ("standard", {"cooling_days": 0})],
)
def test_periods_that_a_plan_cannot_have_are_refused(northwind, code, periods):
    with pytest.raises(PlanRefused):
        set_plan(code, **periods)


def test_owners_see_the_warning_in_the_product(trial, pass_at, ada):
    pass_at(trial, 7)
    with upkeep_scope(trial.id):
        kinds = [notice.kind for notice in notices_of_account(ada)]
    assert kinds == ["account.suspension_near"]


def test_ten_thousand_accounts_of_which_few_are_due_are_asked_in_one_query(
    trial, django_assert_num_queries, stop_clock
):
    with upkeep_scope(trial.id):
        reckon()
    Standing.objects.update(look_at=NOON + timedelta(days=9))
    with django_assert_num_queries(3):
        assert pass_over_accounts() == 0


WAYS = {
    "active": {"suspended"},
    "suspended": {"active", "terminated"},
    "terminated": {"active", "deleted"},
    "deleted": {"gone"},
    "gone": set(),
}


def test_the_database_lets_no_account_skip_a_step(northwind):
    """Whoever asks: a program with a fault, or somebody with a console."""
    row = Account.objects.filter(pk=northwind.pk)
    for before in ("active", "suspended", "terminated", "deleted", "gone"):
        row.update(state=before)
        for after in WAYS.keys() - {before} - WAYS[before]:
            with pytest.raises(IntegrityError, match="does not go"), transaction.atomic():
                row.update(state=after)
