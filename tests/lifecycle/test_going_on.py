"""A deletion that is stopped, killed or begun twice goes on where it was, and says when something is not as it was."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.departing import portions, running
from steward.lifecycle.departing.running import NotWhole, Progress, begin_departure, delete_for_a_while
from steward.lifecycle.models import AccountCertificate, Departure
from steward.lifecycle.moves import move
from steward.lifecycle.passing import pass_over_accounts
from steward.lifecycle.queries import life_of
from steward.lifecycle.suspension import reopen_account
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
    running._count_all(counting[0])
    before = Departure.objects.get().before
    assert before["jobs"] >= 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    running._count_all(counting[1])
    assert Departure.objects.get().before == before, "what there was is counted once"
    with upkeep_scope(trial.id):
        begin_departure(trial)
    assert queued("lifecycle.delete") == 1, "one that was lost is asked for again"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert delete_for_a_while(trial.id, seconds=60) is Progress.DONE


def test_a_store_of_which_nothing_was_found_is_no_deletion(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    running._count_all(Departure.objects.get())
    Departure.objects.update(before={"tickets_ticket": 3, "webhooks_webhook": 2})
    with pytest.raises(NotWhole, match="webhooks_webhook"):
        delete_for_a_while(trial.id, seconds=60)
    assert Departure.objects.get().fault == "webhooks_webhook"
    assert account_key(trial.pk), "what is not whole keeps its key"


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
