"""A deletion that is stopped, killed or begun twice goes on where it was, and says when something is not as it was."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.departing import counting, portions, running
from steward.lifecycle.departing.counting import NotWhole, count_all
from steward.lifecycle.departing.ending import write_ends_that_are_missing
from steward.lifecycle.departing.running import Progress, begin_departure, delete_for_a_while
from steward.lifecycle.departing.setting_out import set_out
from steward.lifecycle.models import AccountCertificate, Departure
from steward.lifecycle.moves import move
from steward.lifecycle.passing import pass_over_accounts
from steward.lifecycle.queries import life_of
from steward.lifecycle.suspension import reopen_account
from steward.privacy.erasure.ledger import departures
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.store import account_key
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON

pytestmark = pytest.mark.django_db


def test_a_legal_hold_stops_it_in_the_middle_and_it_goes_on_afterwards(trial, pass_at, stop_clock, run_jobs):
    for day in (14, 74):
        pass_at(trial, day)
    stop_clock(NOON + timedelta(days=104))
    pass_over_accounts()
    run_jobs("lifecycle.go_on")
    assert delete_for_a_while(trial.id, seconds=0) is Progress.GOES_ON, "it has counted"
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert not reopen_account(trial, actor=SYSTEM), "its deletion has begun"
    assert pass_at(trial, 105) == "terminated"
    with upkeep_scope(trial.id):
        assert life_of(trial).is_stopped
        lift_hold(hold, actor=SYSTEM)
    assert pass_at(trial, 106) == "deleted"


def test_what_goes_by_itself_while_a_hold_stands_is_not_missed_afterwards(trial, pass_at, left):
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    assert delete_for_a_while(trial.id, seconds=0) is Progress.GOES_ON, "it has counted"
    Departure.objects.update(before={"exports_export": 1})  # which is to expire
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert delete_for_a_while(trial.id, seconds=60) is Progress.HELD
    with upkeep_scope(trial.id):
        lift_hold(hold, actor=SYSTEM)
    assert delete_for_a_while(trial.id, seconds=60) is Progress.DONE
    assert left(trial) == {}


def test_who_opens_it_again_in_the_moment_it_begins_is_too_late(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    Account.objects.filter(pk=trial.pk).update(departing_since=now())
    with upkeep_scope(trial.id):
        assert not move(trial, "terminated", "active", None)
    assert trial.state == "terminated"


def queued(task):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [task])
        return cursor.fetchone()[0]


def test_it_goes_on_in_one_job_at_a_time_and_misses_none_that_was_done(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    for _hour in range(3):
        with upkeep_scope(trial.id):
            begin_departure(trial)
    assert queued("lifecycle.delete") == 1
    counting = [Departure.objects.get(), Departure.objects.get()]
    count_all(counting[0])
    before = Departure.objects.get().before
    assert before["jobs"] >= 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    count_all(counting[1])
    assert Departure.objects.get().before == before, "what there was is counted once"
    with upkeep_scope(trial.id):
        begin_departure(trial)
    assert queued("lifecycle.delete") == 1, "one that was lost is asked for again"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert delete_for_a_while(trial.id, seconds=60) is Progress.DONE


@pytest.fixture
def counted(trial, pass_at):
    """Its time has come, and what there is of it is counted."""
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    count_all(Departure.objects.get())
    return trial


def also_before(**more):
    departure = Departure.objects.get()
    Departure.objects.update(before=departure.before | more)


def certified():
    return json.loads(AccountCertificate.objects.get().content)


def test_a_table_at_which_nobody_looked_is_no_deletion(counted):
    also_before(tenancy_region=2)
    with pytest.raises(NotWhole, match="tenancy_region"):
        delete_for_a_while(counted.pk, seconds=60)
    assert Departure.objects.get().fault == "tenancy_region"
    assert account_key(counted.pk), "what is not whole keeps its key"


def test_files_that_are_lost_while_their_rows_go_are_no_deletion(counted):
    with upkeep_scope(counted.pk):
        key = File.objects.get().storage_key
    default_storage.delete(key)
    with pytest.raises(NotWhole, match="files"):
        delete_for_a_while(counted.pk, seconds=60)
    assert account_key(counted.pk)


def test_what_goes_by_its_own_clock_meanwhile_is_said_and_no_fault(counted):
    also_before(exports_export=3, a_table_that_a_migration_dropped=1)
    assert delete_for_a_while(counted.pk, seconds=60) is Progress.DONE
    stores = {one["store"]: one for one in certified()["stores"]}
    assert stores["exports_export"] == {
        "store": "exports_export",
        "before": 3,
        "erased": 0,
        "left": 0,
        "went_by_itself": 3,
    }
    by_itself = {name for name, one in stores.items() if "went_by_itself" in one}
    assert by_itself <= {"exports_export", "a_table_that_a_migration_dropped", "jobs"}
    assert "went by their own clocks" in str(set_out(certified(), "ab" * 32)["sections"])


def killed(*_arguments, **_named):
    raise KeyboardInterrupt


def test_who_is_killed_after_files_went_and_before_they_are_counted_loses_no_count(counted, monkeypatch):
    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(counting, "_count_announced", killed)
        delete_for_a_while(counted.pk, seconds=60)
    assert counting.elsewhere.count_files(counted.pk) == 0
    assert delete_for_a_while(counted.pk, seconds=60) is Progress.DONE
    files = next(one for one in certified()["stores"] if one["store"] == "files")
    assert files == {"store": "files", "before": 1, "erased": 1, "left": 0}
    assert "announced" not in AccountCertificate.objects.get().content


def test_who_is_killed_before_files_went_counts_none_twice(counted, monkeypatch):
    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(counting.elsewhere, "destroy_files", killed)
        delete_for_a_while(counted.pk, seconds=60)
    assert counting.elsewhere.count_files(counted.pk) == 1
    assert delete_for_a_while(counted.pk, seconds=60) is Progress.DONE
    assert next(one for one in certified()["stores"] if one["store"] == "files")["erased"] == 1


def test_the_ledger_knows_no_end_without_a_certificate(counted, monkeypatch):
    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(running, "reckon", killed)
        delete_for_a_while(counted.pk, seconds=60)
    assert departures()[counted.pk][1] is None
    assert not AccountCertificate.objects.exists()
    assert delete_for_a_while(counted.pk, seconds=60) is Progress.DONE
    assert "repeated_after_a_restore" not in certified()
    assert departures()[counted.pk][1].sha256 == AccountCertificate.objects.get().sha256


@pytest.mark.parametrize(
    "again", [lambda pk: delete_for_a_while(pk, seconds=1), lambda pk: write_ends_that_are_missing()]
)
def test_an_end_that_the_ledger_missed_is_written_by_whoever_comes_next(counted, monkeypatch, again):
    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(running, "write_that_it_ended", killed)
        delete_for_a_while(counted.pk, seconds=60)
    certificate = AccountCertificate.objects.get()
    assert departures()[counted.pk][1] is None
    again(counted.pk)
    assert departures()[counted.pk][1].sha256 == certificate.sha256
    assert write_ends_that_are_missing() == 0, "once"


def test_it_goes_on_where_it_was_row_by_row(trial, pass_at, monkeypatch, left):
    """As small as portions can be, and each in a job of its own: what is killed in between is nothing else."""
    monkeypatch.setattr(portions, "AT_ONCE", 1)
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    said = Progress.GOES_ON
    for _job in range(500):
        if said is not Progress.GOES_ON:
            break
        said = delete_for_a_while(trial.id, seconds=0.05, rest=0)
    assert said is Progress.DONE
    assert left(trial) == {}
    stores = {one["store"]: one for one in json.loads(AccountCertificate.objects.get().content)["stores"]}
    assert stores["people_membership"]["erased"] == stores["identities"]["erased"] == 4
