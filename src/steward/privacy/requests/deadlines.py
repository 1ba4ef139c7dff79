"""How long an answer may take (GDPR article 12(3)), reckoned as Regulation (EEC, Euratom) 1182/71 has it.

A period of months runs from the day of receipt, which is not part of it, to the end of the same date (article 3(1) and
(2)(c); Court of Justice, C-171/03); where the month has no such date, to its last day. An end on a Saturday or Sunday
moves to the Monday (article 3(4)). Public holidays are not looked at: they differ by country, and an end that is a day
early harms nobody.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS = 1
MONTHS_EXTENDED = 3  # two more, from the same day
WARNED_ON = (20, 27)  # days after receipt
_BEFORE_THE_END = (timedelta(days=10), timedelta(days=3))  # of an extended period
_SATURDAY = 5


def last_day(received: date, months: int) -> date:
    """The last day on which an answer is in time."""
    number = received.month - 1 + months
    year, month = received.year + number // 12, number % 12 + 1
    end = date(year, month, min(received.day, monthrange(year, month)[1]))
    return end + timedelta(days=max(0, 7 - end.weekday()) if end.weekday() >= _SATURDAY else 0)


def due_at(received_at: datetime, zone: str, *, months: int = MONTHS) -> datetime:
    """The first moment at which it is too late: the midnight after the last day, in the zone (IANA name)."""
    local = ZoneInfo(zone)
    end = last_day(received_at.astimezone(local).date(), months)
    return datetime.combine(end + timedelta(days=1), time(), local)


def day_of(received_at: datetime, at: datetime, zone: str) -> int:
    """How many days have begun since the day of receipt, which is day 0."""
    local = ZoneInfo(zone)
    return (at.astimezone(local).date() - received_at.astimezone(local).date()).days


def warnings(received_at: datetime, zone: str, *, extended_until: datetime | None = None) -> tuple[datetime, ...]:
    """When whoever answers is warned: on days 20 and 27; of an extended period ten and three days before its end."""
    local = ZoneInfo(zone)
    if extended_until is not None:
        end = extended_until.astimezone(local).date()
        days = tuple(end - before for before in _BEFORE_THE_END)
    else:
        received = received_at.astimezone(local).date()
        days = tuple(received + timedelta(days=number) for number in WARNED_ON)
    return tuple(datetime.combine(day, time(), local) for day in days)
