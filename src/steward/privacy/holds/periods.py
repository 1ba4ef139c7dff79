"""Periods that holds are on: whole days where an account is, written down as moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_YEARS = range(1900, 9990)  # beyond them, calendars of some time zone end


@dataclass(frozen=True, slots=True)
class Period:
    """From its first moment to the first one after it; None: from the beginning, or to this day and on."""

    begins_at: datetime | None
    ends_at: datetime | None

    @property
    def is_some_time(self) -> bool:
        """Whether it has a bound, and begins before it ends."""
        if self.begins_at is None or self.ends_at is None:
            return self.begins_at is not self.ends_at
        return self.begins_at < self.ends_at


def midnight(day: date, zone: str, *, days_later: int = 0) -> datetime:
    """When a day begins in a time zone, or the one so many days later. Raises `OverflowError` for days out of reach."""
    if day.year not in _YEARS:
        raise OverflowError(str(day))
    return datetime.combine(day + timedelta(days=days_later), time(), ZoneInfo(zone)).astimezone(UTC)


def period_of_days(first: date | None, last: date | None, zone: str) -> Period:
    """From the beginning of one day to the end of the other. Raises `OverflowError`."""
    ends_at = midnight(last, zone, days_later=1) if last else None
    return Period(midnight(first, zone) if first else None, ends_at)
