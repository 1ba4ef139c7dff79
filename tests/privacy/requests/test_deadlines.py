"""Months as Regulation (EEC, Euratom) 1182/71 reckons them, in the zone of the account."""

from datetime import UTC, date, datetime, timedelta

import pytest

from steward.privacy.requests.deadlines import day_of, due_at, last_day, warnings

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        ("2026-03-04", 1, "2026-04-06"),  # 4 April is a Saturday
        ("2026-03-05", 1, "2026-04-06"),  # 5 April is a Sunday
        ("2026-03-06", 1, "2026-04-06"),
        ("2026-08-31", 1, "2026-09-30"),  # September has no 31st
        ("2026-01-31", 1, "2026-03-02"),  # 28 February is a Saturday
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 3, "2027-03-01"),  # 28 February is a Sunday
        ("2026-10-12", 3, "2027-01-12"),
        ("2026-12-01", 1, "2027-01-01"),  # a holiday nearly everywhere, and none is looked at
    ],
)
def test_the_last_day_is_the_same_date_or_the_working_day_after(received, months, last):
    assert last_day(date.fromisoformat(received), months) == date.fromisoformat(last)


def test_no_month_ends_on_a_weekend_nor_early():
    for number in range(3 * 366):
        received = date(2026, 1, 1) + timedelta(days=number)
        for months in (1, 3):
            last = last_day(received, months)
            assert last.weekday() < 5
            assert 28 * months <= (last - received).days <= 31 * months + 2


def test_it_is_too_late_at_the_midnight_after_the_last_day_where_the_account_is():
    at = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert due_at(at, "UTC") == datetime(2026, 4, 7, tzinfo=UTC)
    # Warsaw has its summer time by then.
    assert due_at(at, "Europe/Warsaw") == datetime(2026, 4, 6, 22, tzinfo=UTC)


def test_what_comes_before_midnight_elsewhere_has_come_on_the_next_day_here():
    at = datetime(2026, 3, 10, 20, tzinfo=UTC)
    assert due_at(at, "UTC") == datetime(2026, 4, 11, tzinfo=UTC)  # until 10 April, a Friday
    assert due_at(at, "Asia/Tokyo") == datetime(2026, 4, 13, 15, tzinfo=UTC)  # 11 April is a Saturday: until the 13th


def test_days_are_counted_from_the_day_of_receipt():
    received = datetime(2026, 3, 10, 23, 59, tzinfo=UTC)
    assert [day_of(received, received + hours * HOUR, "UTC") for hours in (0, 1, 24, 25)] == [0, 1, 1, 2]


def test_warnings_come_on_the_twentieth_and_the_twenty_seventh_day():
    received = datetime(2026, 3, 10, 23, 59, tzinfo=UTC)
    first, second = warnings(received, "UTC")
    assert (first, second) == (datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC))
    assert [day_of(received, each, "UTC") for each in (first, second)] == [20, 27]


def test_warnings_of_an_extended_period_come_before_its_end():
    received = datetime(2026, 3, 10, 12, tzinfo=UTC)
    until = due_at(received, "UTC", months=3)
    assert until == datetime(2026, 6, 11, tzinfo=UTC)
    assert warnings(received, "UTC", extended_until=until) == (
        datetime(2026, 6, 1, tzinfo=UTC),
        datetime(2026, 6, 8, tzinfo=UTC),
    )
