"""The way of an account, to the second: whatever is missed, nothing is skipped and nobody goes unwarned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.lifecycle.timetable import (
    ORDER,
    Course,
    Periods,
    Stage,
    Step,
    is_due,
    look_again_at,
    next_step,
    warning_due,
)  # fmt: skip

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OPENED = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIODS = Periods(
    grace=7 * DAY, suspended=60 * DAY, terminated=30 * DAY, deleted=30 * DAY, warnings=(14 * DAY, 7 * DAY, DAY)
)
TRIAL = Course(stage=Stage.ACTIVE, since=OPENED, entered_at=OPENED, trial_ends_at=OPENED + 14 * DAY)
UNPAID = replace(TRIAL, trial_ends_at=None, unpaid_since=OPENED + 30 * DAY)


def passed(course, now):
    """The course after one look at the clock."""
    step = next_step(course, PERIODS, now)
    return replace(course, stage=step.to, since=step.at, entered_at=now) if is_due(step, now) else course


def walked(course, moments):
    """The stages that an account goes through when somebody looks at these moments, with when they began."""
    stages = []
    for now in moments:
        after = passed(course, now)
        while after is not course:
            stages.append((after.stage, after.since, now))
            course, after = after, passed(after, now)
    return stages


@pytest.mark.parametrize(
    ("course", "days"), [(TRIAL, (14, 74, 104, 134)), (UNPAID, (37, 97, 127, 157))], ids=["trial", "unpaid"]
)
def test_each_boundary_to_the_second(course, days):
    boundaries = [OPENED + day * DAY for day in days]
    for boundary, stage in zip(boundaries, ORDER[1:], strict=True):
        assert passed(course, boundary - SECOND) is course
        assert passed(course, boundary - timedelta(microseconds=1)) is course
        assert passed(course, boundary).stage == stage
        course = passed(course, boundary + SECOND)
        assert course.since == boundary
    assert next_step(course, PERIODS, boundaries[-1] + 1000 * DAY) is None


def test_what_nothing_ends_stays():
    assert next_step(replace(TRIAL, trial_ends_at=None), PERIODS, OPENED + 10_000 * DAY) is None


def test_the_earlier_end_counts():
    both = replace(TRIAL, unpaid_since=OPENED + 2 * DAY)
    assert next_step(both, PERIODS, OPENED) == Step(Stage.SUSPENDED, OPENED + 9 * DAY)


def test_a_respite_puts_it_off():
    later = replace(UNPAID, respite_until=OPENED + 50 * DAY)
    assert next_step(later, PERIODS, OPENED) == Step(Stage.SUSPENDED, OPENED + 50 * DAY)


def test_an_invoice_due_long_ago_suspends_no_sooner_than_the_account_is_active():
    resumed = replace(UNPAID, since=OPENED + 90 * DAY, entered_at=OPENED + 90 * DAY)
    assert next_step(resumed, PERIODS, OPENED + 90 * DAY) == Step(Stage.SUSPENDED, OPENED + 90 * DAY)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(min_value=0, max_value=400 * 86_400), min_size=1, max_size=30).map(sorted),
    st.sampled_from([TRIAL, UNPAID]),
)
def test_nothing_is_skipped_whenever_somebody_looks(seconds, course):
    stages = walked(course, [OPENED + second * SECOND for second in seconds])
    assert [stage for stage, *_ in stages] == list(ORDER[1 : 1 + len(stages)])
    for (_, due, began), (_, next_due, next_began) in pairwise(stages):
        assert next_due > due
        assert next_began - began >= 14 * DAY or began == due, "who is late warns as long as anybody"
    assert all(began >= due for _, due, began in stages)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(min_value=0, max_value=140 * 24), max_size=60), st.sampled_from([TRIAL, UNPAID]))
def test_looking_more_often_changes_no_date(hours, course):
    boundaries = [OPENED + day * DAY for day in (14, 37, 74, 97, 104, 127, 134, 157)]
    often = sorted([*boundaries, *(OPENED + timedelta(hours=hour) for hour in hours)])
    assert walked(course, often) == walked(course, boundaries)


def test_who_is_some_days_late_does_not_shift_what_follows():
    late = passed(TRIAL, OPENED + 20 * DAY)
    assert next_step(late, PERIODS, OPENED + 20 * DAY) == Step(Stage.TERMINATED, OPENED + 74 * DAY)


def test_who_is_very_late_warns_first():
    at = OPENED + 200 * DAY
    assert next_step(passed(TRIAL, at), PERIODS, at) == Step(Stage.TERMINATED, at + 14 * DAY)


def test_warnings_come_and_each_holds_until_the_next():
    step = Step(Stage.SUSPENDED, OPENED + 14 * DAY)
    seen = {
        moment: warning_due(step, PERIODS, OPENED + moment)
        for moment in (-SECOND, timedelta(), 7 * DAY - SECOND, 7 * DAY, 13 * DAY - SECOND, 13 * DAY, 14 * DAY - SECOND)
    }
    assert list(seen.values()) == [None, 14 * DAY, 14 * DAY, 7 * DAY, 7 * DAY, DAY, DAY]
    assert warning_due(step, PERIODS, OPENED + 14 * DAY) is None
    assert warning_due(None, PERIODS, OPENED) is warning_due(Step(Stage.DELETED, None, DAY), PERIODS, OPENED) is None


def test_one_looks_again_at_each_warning_and_at_the_step():
    step, now, moments = Step(Stage.SUSPENDED, OPENED + 14 * DAY), OPENED - DAY, []
    while now < OPENED + 14 * DAY:
        now = look_again_at(step, PERIODS, now)
        moments.append((now - OPENED) / DAY)
    assert moments == [0, 7, 13, 14]


HELD = Course(stage=Stage.SUSPENDED, since=OPENED, entered_at=OPENED)


def test_a_hold_stops_the_clock_and_says_what_is_left():
    held = replace(HELD, holds=[(OPENED + 10 * DAY, None)])
    for day in (10, 500):
        step = next_step(held, PERIODS, OPENED + day * DAY)
        assert step == Step(Stage.TERMINATED, None, 50 * DAY)
        assert not is_due(step, OPENED + 1000 * DAY)
        assert look_again_at(step, PERIODS, OPENED) is None
    lifted = replace(HELD, holds=[(OPENED + 10 * DAY, OPENED + 500 * DAY)])
    assert next_step(lifted, PERIODS, OPENED) == Step(Stage.TERMINATED, OPENED + 550 * DAY)


def test_a_hold_keeps_no_account_from_being_suspended_and_no_backup_from_its_end():
    hold = [(OPENED, None)]
    assert next_step(replace(TRIAL, holds=hold), PERIODS, OPENED) == next_step(TRIAL, PERIODS, OPENED)
    deleted = replace(HELD, stage=Stage.DELETED)
    assert next_step(replace(deleted, holds=hold), PERIODS, OPENED) == Step(Stage.GONE, OPENED + 30 * DAY)


def test_a_hold_on_what_is_due_already_comes_too_late():
    at_once = replace(HELD, holds=[(OPENED + 60 * DAY, None)])
    assert next_step(at_once, PERIODS, OPENED + 60 * DAY) == Step(Stage.TERMINATED, OPENED + 60 * DAY)


spans = st.tuples(st.integers(0, 100), st.integers(0, 40)).map(
    lambda span: (OPENED + (span[0] - 20) * DAY, OPENED + (span[0] - 20 + span[1]) * DAY)
)


@given(st.lists(spans, max_size=6))
def test_days_are_counted_that_no_hold_covers(holds):
    """Against the plainest way to count: day by day."""
    day, counted = OPENED, 0
    while counted < 60:
        counted += not any(begin <= day < end for begin, end in holds)
        day += DAY
    assert next_step(replace(HELD, holds=holds), PERIODS, OPENED) == Step(Stage.TERMINATED, day)


def test_who_leaves_is_suspended_then_and_waits_for_nothing_afterwards():
    leaving = replace(TRIAL, trial_ends_at=None, leaves_at=OPENED + 7 * DAY)
    assert next_step(leaving, PERIODS, OPENED) == Step(Stage.SUSPENDED, OPENED + 7 * DAY)
    assert is_due(next_step(leaving, PERIODS, OPENED), OPENED + 7 * DAY)
    assert not is_due(next_step(leaving, PERIODS, OPENED), OPENED + 7 * DAY - SECOND)
    at = OPENED + 7 * DAY
    for stage, following in ((Stage.SUSPENDED, Stage.TERMINATED), (Stage.TERMINATED, Stage.DELETED)):
        course = replace(leaving, stage=stage, since=at, entered_at=at)
        assert next_step(course, PERIODS, at) == Step(following, at)
    deleted = replace(leaving, stage=Stage.DELETED, since=at, entered_at=at)
    assert next_step(deleted, PERIODS, at) == Step(Stage.GONE, at + PERIODS.deleted), "backups end by no order"


def test_a_hold_keeps_who_leaves():
    held = replace(TRIAL, trial_ends_at=None, leaves_at=OPENED + 7 * DAY, holds=[(OPENED, None)])
    assert next_step(held, PERIODS, OPENED + 3 * DAY) == Step(Stage.SUSPENDED, None, 4 * DAY)
    until = replace(held, holds=[(OPENED, OPENED + 20 * DAY)])
    assert next_step(until, PERIODS, OPENED).at == OPENED + 20 * DAY
