"""An account's data go: in turn, whole, proven; and what is left of it is what the certificate says."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle import closing
from steward.lifecycle.closing import order_deletion, withdraw_deletion
from steward.lifecycle.invoices import Bill, issue_invoice
from steward.lifecycle.models import AccountCertificate, Departure, Standing
from steward.lifecycle.moves import move
from steward.lifecycle.plans import begin_life
from steward.lifecycle.queries import life_of
from steward.lifecycle.suspension import suspend_account
from steward.outbox.models import InstallationMail
from steward.people.models import OperatorAct, User
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.keys.errors import KeyMissing
from steward.privacy.keys.store import account_key
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON

pytestmark = pytest.mark.django_db


def test_a_trial_to_its_end_to_the_second(trial, pass_at, left):
    for days, before, after in ((14, "active", "suspended"), (74, "suspended", "terminated"),
                                (104, "terminated", "deleted"), (134, "deleted", "gone")):  # fmt: skip
        assert pass_at(trial, days, -1) == before
        assert pass_at(trial, days) == after
    assert left(trial) == {}


def test_the_certificates_say_what_went_and_what_is_kept(trial, contoso, pass_at, run_jobs, left):
    with upkeep_scope(trial.id):
        issue_invoice(Bill("2026-7", Decimal("49.00"), "EUR", now() + timedelta(days=300)), actor=SYSTEM)
    others = left(contoso)
    folders = default_storage.listdir("")[0]
    for day in (14, 74, 90, 97, 103, 104):
        pass_at(trial, day)
    first = json.loads(AccountCertificate.objects.get(account=trial).content)
    stores = {one["store"]: one for one in first["stores"]}
    assert stores["tickets_ticket"] == {"store": "tickets_ticket", "before": 1, "erased": 1, "left": 0}
    assert stores["files"]["erased"] == stores["files_file"]["erased"] == 1
    assert stores["identities"]["erased"] == 4
    assert {"events_event", "people_membership", "tenancy_domain", "jobs"} <= set(stores)
    assert [(one["number"], one["issued_to"]) for one in first["invoices_kept_by_law"]] == [("2026-7", "Northwind")]
    assert first["key"]["destroyed_at"] == first["deleted_at"]
    assert first["backups"]["hold_until"] == (NOON + timedelta(days=134)).isoformat()
    assert "the certificates, with the name of the company" in first["stays"]
    assert str(trial.pk) in folders
    assert str(trial.pk) not in default_storage.listdir("")[0]
    with pytest.raises(KeyMissing):
        account_key(trial.pk)
    assert not User.objects.filter(email__endswith="@northwind.example").exists()
    assert left(contoso) == others, "nobody else's"
    pass_at(trial, 134)
    second = json.loads(AccountCertificate.objects.get(account=trial, of="gone").content)
    assert second["first_certificate"]["number"] == first["number"]
    assert second["backups_checked"]["older_than_the_deletion"] == 0
    assert (trial.name, bytes(Departure.objects.get().told)) == ("northwind", b"")
    told = [subject for subject in subjects() if "help desk" in subject]
    assert told[-5:] == [*["Your help desk is about to be deleted"] * 3, "Your help desk is deleted",
                         "Nothing of your help desk is left"]  # fmt: skip


def subjects():
    for mail in InstallationMail.objects.filter(purpose="account life").order_by("created_at", "pk"):
        text = decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")).decode()
        yield next(line for line in text.splitlines() if line.startswith("Subject: ")).removeprefix("Subject: ")


def test_nothing_comes_back_by_the_clock_of_the_installation(trial, pass_at, stop_clock, left):
    for day in (14, 74, 104):
        pass_at(trial, day)
    stop_clock(NOON + timedelta(days=120))
    for each in app.periodic_registry.periodic_tasks.values():
        each.task.func(timestamp=0)
    assert left(trial) == {}


def test_who_leaves_goes_through_every_part_of_its_life_at_once(northwind, ada, clock, pass_at, settings, tmp_path):
    settings.STEWARD_LEDGER = str(tmp_path / "ledger")
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="standard")
        assert order_deletion(northwind, owner=ada, after=timedelta(days=7))
        assert not order_deletion(northwind, owner=ada)
    assert pass_at(northwind, 6) == pass_at(northwind, 7, -1) == "active"
    assert pass_at(northwind, 7) == "deleted"
    assert pass_at(northwind, 37, -1) == "deleted"
    assert pass_at(northwind, 37) == "gone"
    assert json.loads(AccountCertificate.objects.get(of="deleted").content)["ordered_by_an_owner"]
    assert list(subjects()) == [
        "The deletion of your help desk is ordered", "Your help desk is about to be deleted",
        "Your help desk is deleted", "Nothing of your help desk is left",
    ]  # fmt: skip


def test_an_order_can_be_taken_back_until_it_begins(northwind, ada, clock, pass_at):
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        order_deletion(northwind, owner=ada, after=timedelta(days=7))
        assert withdraw_deletion(northwind, owner=ada)
        assert not withdraw_deletion(northwind, owner=ada)
    assert pass_at(northwind, 400) == "active"


def test_who_takes_the_order_back_in_that_moment_is_not_told_that_it_helped(northwind, ada, clock, monkeypatch):
    def begun_while_we_waited():
        Account.objects.filter(pk=northwind.pk).update(departing_since=now())

    monkeypatch.setattr(closing, "locked_standing", begun_while_we_waited)
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        order_deletion(northwind, owner=ada)
        assert not withdraw_deletion(northwind, owner=ada)
        assert life_of(northwind).deletion_ordered_at


def test_who_takes_the_order_back_as_it_is_shut_is_let_in_again(northwind, ada, clock):
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        order_deletion(northwind, owner=ada)
        as_it_was_read = Account.objects.get(pk=northwind.pk)
        suspend_account(northwind, actor=SYSTEM, because=Standing.Reason.OWNER)
        assert withdraw_deletion(as_it_was_read, owner=ada)
    northwind.refresh_from_db()
    assert northwind.state == "active"


def test_steps_by_the_clock_and_by_hand_wait_in_the_same_order(northwind):
    with upkeep_scope(northwind.id), CaptureQueriesContext(connection) as asked:
        assert move(northwind, "active", "suspended", None)
    first = asked[0]["sql"]
    assert 'FROM "lifecycle_standing"' in first
    assert "FOR NO KEY UPDATE" in first


def test_at_the_terminal_one_deletes_ones_own_account_by_typing_its_address(trial, steward, settings, left):
    assert steward("account", "delete", "northwind")[0] == 2
    code, said = steward("account", "delete", "northwind", "--yes")
    assert (code, "--typed northwind" in said.err) == (1, True)
    assert steward("account", "delete", "northwind", "--yes", "--typed", "contoso")[0] == 2
    settings.STEWARD_HOSTING = True
    assert steward("account", "delete", "northwind", "--yes", "--typed", "northwind")[0] == 1, "accounts of others"
    settings.STEWARD_HOSTING = False
    assert steward("account", "certificate", "northwind")[0] == 1
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert steward("account", "delete", "northwind", "--yes", "--typed", "northwind")[0] == 1
    with upkeep_scope(trial.id):
        assert life_of(trial).leaves_at is None, "nothing that would be done when the hold is over"
        lift_hold(hold, actor=SYSTEM)
    code, said = steward("account", "delete", "northwind", "--yes", "--typed", "northwind")
    assert code == 0, said.err
    assert left(trial) == {}
    assert json.loads(steward("account", "certificate", "northwind")[1].out)["certifies"] == "deleted"
    assert json.loads(steward("account", "certificate", str(trial.pk))[1].out)["account"]["slug"] == "northwind"
    assert steward("account", "delete", "northwind", "--yes")[0] == 1, "it is deleted"


def test_the_owner_of_a_suspended_account_waits_for_nothing(trial, ada, pass_at):
    assert pass_at(trial, 20) == "suspended"
    with upkeep_scope(trial.id):
        trial.refresh_from_db()
        order_deletion(trial, owner=ada)
    assert pass_at(trial, 20) == "deleted"
    kinds = list(OperatorAct.objects.filter(account_id=trial.pk).values_list("act", flat=True))
    assert kinds == ["account.deleted"]
