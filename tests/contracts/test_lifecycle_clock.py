"""Contract 12: each part of an account's life ends to the second, whoever slept or died meanwhile; none is skipped.

The pure timetable is enumerated in `tests/lifecycle/test_timetable.py`; here accounts go through the database, to their
end. A part that is added to `Stage` has to be added to the table.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection

from steward.backups.key_copies import NOTE
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.invoices import Bill, issue_invoice
from steward.lifecycle.models import Standing
from steward.lifecycle.passing import ASK_AGAIN, pass_over_accounts
from steward.lifecycle.plans import begin_life, put_on_plan
from steward.lifecycle.suspension import reopen_account, resume_account
from steward.lifecycle.timetable import ORDER, Stage
from steward.privacy.keys.store import key_folder
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON
from steward.testing.life_samples import note_order_by_letter

pytestmark = pytest.mark.django_db
JOBS = ("lifecycle.go_on", "lifecycle.delete", "lifecycle.end_of_backups")
SECOND = timedelta(seconds=1)
# Days from the beginning of a trial; from when an invoice was due it is a week less each.
BOUNDARIES = {Stage.SUSPENDED: 14, Stage.TERMINATED: 74, Stage.DELETED: 104, Stage.GONE: 134}


@pytest.fixture(autouse=True)
def _keys_come_back(settings, tmp_path):
    """The database is put back after each test; what is overwritten on the disk is not."""
    settings.STEWARD_LEDGER = str(tmp_path / "ledger")
    kept = {path: path.read_bytes() for path in key_folder().glob("*.key")}
    yield
    for path, content in kept.items():
        path.write_bytes(content)
    (key_folder() / NOTE).unlink(missing_ok=True)


@pytest.fixture(params=["trial", "unpaid"])
def ending(request, northwind, clock):
    """Northwind, and how many days earlier than a trial each of its boundaries is."""
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="trial" if request.param == "trial" else "standard")
        if request.param == "unpaid":
            issue_invoice(Bill("2026-1", Decimal("49.00"), "EUR", now()), actor=SYSTEM)
    return northwind, 0 if request.param == "trial" else 7


@pytest.fixture
def look(stop_clock, run_jobs):
    """`look(account, moment)`: the pass at a moment after noon, and what it queued; the state that follows.

    With `dies` it is that of a machine that died in between: what was queued is lost.
    """

    def looked(account, moment, *, dies=False):
        stop_clock(NOON + moment)
        pass_over_accounts()
        if dies:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE status = 'todo'")
        while sum(run_jobs(job) for job in JOBS):
            pass
        account.refresh_from_db()
        return account.state

    return looked


def test_every_part_of_a_life_has_a_boundary_here():
    assert list(BOUNDARIES) == list(ORDER[1:])
    assert set(Account.State.values) == set(Stage)


def test_each_boundary_to_the_second_though_the_machine_dies_at_each(ending, look):
    account, earlier = ending
    for before, (stage, days) in zip(ORDER, BOUNDARIES.items(), strict=False):
        boundary = timedelta(days=days - earlier)
        for warned in (14, 7, 1):  # so that nobody is warned late
            look(account, boundary - timedelta(days=warned))
        assert look(account, boundary - SECOND) == before
        assert look(account, boundary, dies=True) == before, "who died did nothing by halves"
        assert look(account, boundary + SECOND) == before, "it was asked for"
        assert look(account, boundary + ASK_AGAIN) == stage, "and is asked for again"
        assert look(account, boundary + ASK_AGAIN + SECOND) == stage, "one step at a time"
        if stage in {Stage.SUSPENDED, Stage.TERMINATED}:
            assert Standing.objects.get(account=account).stage_due_at == NOON + boundary, "what follows is not shifted"


@pytest.mark.parametrize("days", [[500], [13, 200, 201, 216, 400], [90, 91, 120, 121, 150, 151]])
def test_missed_days_skip_nothing(ending, look, days):
    account, _earlier = ending
    again = (day for day in days for _minute in range(2))
    seen = ["active", *(look(account, timedelta(days=day)) for day in again)]
    steps = [(before, after) for before, after in pairwise(seen) if before != after]
    assert steps
    assert all(ORDER.index(after) == ORDER.index(before) + 1 for before, after in steps)


def test_there_is_a_way_back_until_deleting_begins_and_none_after(ending, look):
    account, earlier = ending
    at = {stage: timedelta(days=days - earlier) for stage, days in BOUNDARIES.items()}
    look(account, at[Stage.SUSPENDED])
    assert resume_account(account, actor=SYSTEM)
    put_on_plan(account, "self-hosted", actor=SYSTEM)
    assert look(account, at[Stage.TERMINATED]) == "active", "a plan without a clock ends nothing"


@pytest.mark.parametrize("back", ["before", "after"])
def test_terminated_accounts_come_back_until_the_second_of_their_deletion(ending, look, back):
    account, earlier = ending
    at = {stage: timedelta(days=days - earlier) for stage, days in BOUNDARIES.items()}
    for stage in (Stage.SUSPENDED, Stage.TERMINATED):
        look(account, at[stage])
    for warned in (14, 7, 1):
        look(account, at[Stage.DELETED] - timedelta(days=warned))
    note_order_by_letter(account)
    look(account, at[Stage.DELETED] - SECOND if back == "before" else at[Stage.DELETED])
    assert not resume_account(account, actor=SYSTEM)
    assert reopen_account(account, actor=SYSTEM) is (back == "before")
    account.refresh_from_db()
    assert account.state == ("active" if back == "before" else "deleted")
