"""What backups and copies of keys still have of an account that is deleted, and what becomes of it after a restore."""

import json
from datetime import timedelta

import pytest

from steward.backups.key_copies import copy_keys, unreadable_copies
from steward.backups.standing import unservable
from steward.lib.actor import SYSTEM
from steward.lifecycle.closing import order_deletion, withdraw_deletion
from steward.lifecycle.departing.after_restore import delete_accounts_again
from steward.lifecycle.departing.ending import write_ends_that_are_missing
from steward.lifecycle.departing.setting_out import set_out
from steward.lifecycle.models import AccountCertificate, Standing
from steward.lifecycle.ordered_again import follow_orders, missing_orders
from steward.lifecycle.plans import begin_life
from steward.lifecycle.reopening import NoOrder
from steward.lifecycle.suspension import reopen_account, resume_account, suspend_account
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.erasure.ledger import lines, trim, write_departed, write_departure, write_departure_order
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.store import destroy_account_key
from steward.project.commands import restore
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON
from steward.testing.life_samples import note_order_by_letter

pytestmark = pytest.mark.django_db


def test_a_store_that_does_not_answer_is_said_after_a_restore(steward, monkeypatch):
    def silent():
        raise StoreFault("the bucket does not answer")

    monkeypatch.setattr(restore, "delete_accounts_again", silent)
    code, said = steward("restore", "--replay")
    assert (code, "the bucket does not answer" in said.err) == (1, True)


def test_a_backup_that_brings_an_account_back_serves_nothing_before_it_is_gone_again(
    trial, pass_at, stop_clock, settings, left
):
    write_departure(trial.id, is_ordered=True, begun_at="2026-02-01T10:00:00+00:00")
    write_departed(trial.id, deleted_at="2026-02-01T10:05:00+00:00", sha256="ab" * 32)
    destroy_account_key(trial.pk)  # as it was when it was deleted
    settings.STEWARD_DATA_CENTRE = ""
    assert any("deleted" in trouble.words for trouble in unservable(settings.STEWARD_DATA))
    assert delete_accounts_again() == (1, 0)
    assert unservable(settings.STEWARD_DATA) == []
    assert left(trial) == {}
    certificate = AccountCertificate.objects.get()
    told = json.loads(certificate.content)
    assert told["repeated_after_a_restore"]["sha256"] == "ab" * 32
    known = [line.sha256 for line in lines() if hasattr(line, "sha256")]
    assert known == ["ab" * 32, certificate.sha256]
    assert write_ends_that_are_missing() == 0, "once"
    assert told["begun_at"] == "2026-02-01T10:00:00+00:00"
    assert delete_accounts_again() == (0, 0)


def test_a_hold_of_that_time_keeps_what_a_backup_brought_back(trial, settings, left):
    with upkeep_scope(trial.id):
        place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    write_departure(trial.id, is_ordered=False, begun_at="2026-02-01T10:00:00+00:00")
    assert delete_accounts_again() == (0, 1)
    assert left(trial)["tickets_ticket"] == 1


def test_it_is_not_gone_while_a_backup_from_before_is_there(trial, pass_at, settings, tmp_path, caplog):
    for day in (14, 74, 104):
        pass_at(trial, day)
    settings.STEWARD_BACKUPS = str(tmp_path / "backups")
    old = tmp_path / "backups" / f"{NOON + timedelta(days=103):%Y%m%dT%H%M%SZ}-0123abcd"
    old.mkdir(parents=True)
    assert pass_at(trial, 134) == "deleted"
    assert old.name in caplog.text
    old.rmdir()
    assert pass_at(trial, 134, 3601) == "gone"


def test_the_key_goes_from_copies_of_the_keys_too(trial, pass_at, tmp_path):
    kept = copy_keys(tmp_path / "keys")
    assert str(trial.id) in kept.read_text()
    for day in (14, 74, 104):
        pass_at(trial, day)
    assert str(trial.id) not in kept.read_text()
    assert json.loads(AccountCertificate.objects.get().content)["key"]["copies_it_was_taken_from"] == 1


def test_a_copy_of_the_keys_that_cannot_be_read_is_named_and_stops_nothing(trial, pass_at, tmp_path, stop_clock):
    for day in (14, 74):
        pass_at(trial, day)
    stop_clock(NOON + timedelta(days=103))
    spoilt = copy_keys(tmp_path / "keys")
    stop_clock(NOON + timedelta(days=104))
    kept = copy_keys(tmp_path / "keys")
    spoilt.write_text('{"keys": {')
    assert unreadable_copies(tmp_path / "keys") == [spoilt]
    assert pass_at(trial, 104) == "deleted"
    assert str(trial.id) not in kept.read_text()
    told = json.loads(AccountCertificate.objects.get().content)
    assert told["key"]["copies_it_was_taken_from"] == 1
    assert told["copies_of_keys_that_could_not_be_read"] == [spoilt.name]
    assert spoilt.name in str(set_out(told, "ab" * 32)["sections"])


@pytest.fixture
def northwind_stays(northwind, clock, settings, tmp_path):
    """Northwind, on a plan without an end, and a ledger of its own."""
    settings.STEWARD_LEDGER, settings.STEWARD_DATA_CENTRE = str(tmp_path / "ledger"), ""
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="standard")
    return northwind


def test_what_an_owner_orders_and_takes_back_is_in_the_ledger(northwind_stays, ada, run_jobs):
    def said(do, **more):
        with upkeep_scope(northwind_stays.id):
            assert do(northwind_stays, **more)
        run_jobs("ledger.departure_order")
        return [line.leaves_at for line in lines()]

    until = (NOON + timedelta(days=7)).isoformat()
    assert said(resume_after_a_break, actor=SYSTEM) == [], "nothing was ordered"
    assert said(order_deletion, owner=ada, after=timedelta(days=7)) == [until]
    assert missing_orders() == []
    assert said(withdraw_deletion, owner=ada) == [until, ""]
    assert missing_orders() == []
    assert said(order_deletion, owner=ada, after=timedelta(days=7)) == [until, "", until]
    assert said(resume_after_a_break, actor=SYSTEM) == [until, "", until, ""], "who opens it forgets the order"


def resume_after_a_break(account, *, actor):
    return suspend_account(account, actor=actor) and resume_account(account, actor=actor)


def test_who_takes_it_back_in_this_moment_is_not_behind(northwind_stays, ada, run_jobs):
    with upkeep_scope(northwind_stays.id):
        order_deletion(northwind_stays, owner=ada, after=timedelta(days=7))
    run_jobs("ledger.departure_order")
    with upkeep_scope(northwind_stays.id):
        withdraw_deletion(northwind_stays, owner=ada)
    assert missing_orders() == [], "the worker has not written it yet"


def test_an_order_from_after_the_backup_is_given_again(northwind_stays, run_jobs, settings, pass_at):
    until = NOON + timedelta(days=7)
    write_departure_order(northwind_stays.pk, said_at=NOON.isoformat(), leaves_at=until.isoformat())
    assert any("one order of owners" in one.words for one in unservable(settings.STEWARD_DATA))
    assert follow_orders() == 1
    assert unservable(settings.STEWARD_DATA) == []
    run_jobs("ledger.departure_order")
    assert len(list(lines())) == 1, "it said so already"
    assert pass_at(northwind_stays, 7, -1) == "active"
    assert pass_at(northwind_stays, 7) == "deleted"
    assert follow_orders() == 0


def test_what_is_taken_back_is_said_however_old_the_order_is(northwind_stays, ada, run_jobs, stop_clock):
    with upkeep_scope(northwind_stays.id):
        order_deletion(northwind_stays, owner=ada, after=timedelta(days=45))
    run_jobs("ledger.departure_order")
    stop_clock(NOON + timedelta(days=40))
    assert trim(NOON + timedelta(days=9)) == 1
    with upkeep_scope(northwind_stays.id):
        assert withdraw_deletion(northwind_stays, owner=ada)
    run_jobs("ledger.departure_order")
    assert [line.leaves_at for line in lines()] == [""]


def test_of_two_orders_after_the_backup_the_last_one_holds(trial, settings, pass_at, ada):
    for day in (14, 74):
        pass_at(trial, day)
    note_order_by_letter(trial)
    later = NOON + timedelta(days=75)
    write_departure_order(trial.pk, said_at=later.isoformat(), leaves_at=(later + timedelta(days=7)).isoformat())
    assert follow_orders() == 1
    with pytest.raises(NoOrder):
        reopen_account(trial, actor=SYSTEM)


def test_what_was_taken_back_after_the_backup_is_not_carried_out(northwind_stays, ada, settings, pass_at):
    with upkeep_scope(northwind_stays.id):
        order_deletion(northwind_stays, owner=ada)
        suspend_account(northwind_stays, actor=SYSTEM, because=Standing.Reason.OWNER)
    write_departure_order(northwind_stays.pk, said_at=NOON.isoformat(), leaves_at="")
    assert any("delete them no more" in one.words for one in unservable(settings.STEWARD_DATA))
    assert follow_orders() == 1
    assert unservable(settings.STEWARD_DATA) == []
    assert pass_at(northwind_stays, 400) == "active"
