"""The clocks of incidents, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from steward.privacy.incidents.clocks import (
    AUTHORITY,
    TELLING,
    UPDATING,
    WARNED,
    Late,
    Told,
    authority_due,
    lateness,
    left_until,
    of_account,
)

KNOWN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UNTOLD = Told(sent_at=None)


@pytest.mark.parametrize(
    ("after", "late"),
    [
        (WARNED - SECOND, Late.NO),
        (WARNED, Late.SOON),
        (TELLING - SECOND, Late.SOON),
        (TELLING, Late.UNTOLD),
        (TELLING + SECOND, Late.UNTOLD),
    ],
)
def test_an_account_is_told_within_a_day(after, late):
    assert of_account(KNOWN, UNTOLD, KNOWN + after) is late


def test_no_clock_runs_before_it_is_known():
    assert of_account(None, UNTOLD, KNOWN + timedelta(days=9)) is Late.NO


@pytest.mark.parametrize(("after", "late"), [(UPDATING - SECOND, Late.NO), (UPDATING, Late.UPDATE)])
def test_who_does_not_know_everything_hears_more_within_a_day(after, late):
    told = Told(sent_at=KNOWN, last_at=KNOWN)
    assert of_account(KNOWN, told, KNOWN + after) is late


def test_who_knows_everything_waits_for_nothing():
    assert of_account(KNOWN, Told(KNOWN, KNOWN, is_told_all=True), KNOWN + timedelta(days=9)) is Late.NO


def test_the_worst_of_the_accounts_counts():
    told = Told(KNOWN, KNOWN, is_told_all=True)
    assert lateness(KNOWN, [told, UNTOLD], KNOWN + TELLING) is Late.UNTOLD
    assert lateness(KNOWN, [], KNOWN + TELLING) is Late.NO


def test_a_controller_has_three_days():
    due = authority_due(KNOWN)
    assert due == KNOWN + AUTHORITY == KNOWN + timedelta(hours=72)
    assert left_until(due, due - SECOND) == SECOND
    assert left_until(due, due) is None
