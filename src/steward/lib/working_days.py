"""Working days: Monday to Friday. Public holidays differ by country and count: an answer comes earlier, not later."""

from datetime import datetime, timedelta

_SATURDAY = 5


def working_days_after(at: datetime, days: int) -> datetime:
    """The same time of day (of the zone of `at`) that many working days later."""
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at
