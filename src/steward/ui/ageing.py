"""Ages that grow while a page is open: the words for each minute and hour, which a script puts in place."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.timezone import localtime
from django.utils.translation import get_language

from steward.ui.ages import Style, told

_HOUR = timedelta(hours=1)


def grows(at: datetime, *, now: datetime, style: Style) -> bool:
    """Whether `at` is told as an age that another minute or hour changes."""
    if style == "clock" or at > now:
        return False
    return now - at < _HOUR or localtime(at).date() == localtime(now).date()


def ladder() -> list[str]:
    """The ages of 0 to 59 minutes, then of 1 to 23 hours, in the language in force."""
    return _ladder(get_language())


@lru_cache(maxsize=64)
def _ladder(_language: str | None) -> list[str]:
    now = localtime(datetime.fromisoformat("2026-01-15T12:00:00+00:00")).replace(hour=23, minute=59)
    ages = [*(timedelta(minutes=minutes) for minutes in range(60)), *(_HOUR * hours for hours in range(1, 24))]
    return [told(now - age, now=now, style="short") for age in ages]


def end_of_day(now: datetime) -> datetime:
    """The next midnight in the time zone in force, when ages of hours become days."""
    return (localtime(now) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
