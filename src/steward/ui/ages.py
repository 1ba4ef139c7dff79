"""Moments told the way people say them: `9 min`, `1 h`, `yesterday 15:58`, `Wed`, `12 Oct`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from django.utils import formats
from django.utils.formats import number_format
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, gettext, ngettext, pgettext

Style = Literal["age", "short", "clock"]
STYLES: tuple[Style, ...] = ("age", "short", "clock")


@dataclass(frozen=True, slots=True)
class Patterns:
    """How one language writes days and times: date formats of Django, and how their parts are put together."""

    language: str | None
    time: str
    in_full: str
    heading: str
    heading_of_another_year: str
    short: str
    short_of_another_year: str
    weekday: str
    day_and_time: str
    date_and_time: str


@lru_cache(maxsize=64)
def _patterns(language: str | None) -> Patterns:
    """Looked up once for each language, which must be the one in force: a list asks a hundred times."""
    return Patterns(
        language,
        time=pgettext("time of day", "H:i"),
        in_full=pgettext("date with weekday and year", "l, j F Y"),
        heading=pgettext("heading of a day, this year", "l j F"),
        heading_of_another_year=pgettext("heading of a day, another year", "j F Y"),
        short=pgettext("short date, this year", "j M"),
        short_of_another_year=pgettext("short date, another year", "j M Y"),
        weekday=pgettext("date, only the weekday, short", "D"),
        # Translators: such as "yesterday 15:58", "Wed 15:58", "12 Oct 15:58"
        day_and_time=pgettext("day and time of day", "%(day)s %(time)s"),
        # Translators: such as "Friday, 6 November 2026, 15:58"
        date_and_time=pgettext("date in full and time of day", "%(date)s, %(time)s"),
    )


def told(at: datetime, *, now: datetime, style: Style = "age") -> str:
    """`at` in the language and time zone in force, relative to `now` (both aware).

    `age` counts minutes and hours and says `yesterday 15:58`; `short` is the same without the time of day, for narrow
    columns; `clock` gives the time of day and, before today, the day. Moments to come are always told by the clock.
    """
    zone = get_current_timezone()
    local, today = at.astimezone(zone), now.astimezone(zone)
    if style == "clock" or at > now:
        return _by_clock(local, today, with_time=True)
    return _elapsed(now - at, local, today) or _by_clock(local, today, with_time=style == "age", weekday_only=True)


def in_full(at: datetime) -> str:
    """`at` with weekday, year and time, for tooltips and screen readers."""
    local, patterns = localtime(at), _patterns(get_language())
    date_in_full = _day(local.date(), patterns.in_full, patterns.language)
    return patterns.date_and_time % {"date": date_in_full, "time": _time(local, patterns)}


def day_name(at: datetime, *, now: datetime) -> str:
    """The day of `at` as a heading: `Today`, `Yesterday`, `Wednesday 4 November`, with the year when it is another."""
    local, today, patterns = localtime(at), localtime(now), _patterns(get_language())
    days = (today.date() - local.date()).days
    if days in (0, 1):
        return pgettext("heading of a day", "Yesterday") if days else pgettext("heading of a day", "Today")
    pattern = patterns.heading if local.year == today.year else patterns.heading_of_another_year
    return _day(local.date(), pattern, patterns.language)


def full_day(day: date) -> str:
    """A day with its year: `13 December 2024`."""
    patterns = _patterns(get_language())
    return _day(day, patterns.heading_of_another_year, patterns.language)


def full_moment(at: datetime) -> str:
    """A day with its year, and the time of day in the time zone in force."""
    local, patterns = localtime(at), _patterns(get_language())
    return patterns.date_and_time % {"date": full_day(local.date()), "time": _time(local, patterns)}


def _elapsed(age: timedelta, local: datetime, today: datetime) -> str:
    minutes = age // timedelta(minutes=1)  # local times of one zone differ by the clock, which may have been put back
    if minutes < 1:
        return pgettext("age of less than a minute", "now")
    if minutes < 60:
        return ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    if local.date() == today.date():
        hours = minutes // 60
        return ngettext("%(count)d h", "%(count)d h", hours) % {"count": hours}
    return ""


def _by_clock(local: datetime, today: datetime, *, with_time: bool, weekday_only: bool = False) -> str:
    """The day as one word or a short date; with the time of day unless the day alone says enough."""
    days, patterns = (today.date() - local.date()).days, _patterns(get_language())
    if days == 0:
        return _time(local, patterns)
    if abs(days) == 1:
        word = pgettext("day", "yesterday") if days == 1 else pgettext("day", "tomorrow")
        return patterns.day_and_time % {"day": word, "time": _time(local, patterns)} if with_time else word
    day = _day(local.date(), _short(local, today, days, patterns), patterns.language)
    is_enough = weekday_only or not with_time or local.year != today.year
    return day if is_enough else patterns.day_and_time % {"day": day, "time": _time(local, patterns)}


def _short(local: datetime, today: datetime, days: int, patterns: Patterns) -> str:
    if abs(days) < 7:
        return patterns.weekday
    return patterns.short if local.year == today.year else patterns.short_of_another_year


def _time(local: datetime, patterns: Patterns) -> str:
    return _clock(local.hour, local.minute, patterns.time, patterns.language)


@lru_cache(maxsize=4096)  # lists tell the same few days again and again: each is put together once
def _day(day: date, pattern: str, _language: str | None) -> str:
    return formats.date_format(day, pattern)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, pattern: str, _language: str | None) -> str:
    return formats.time_format(time(hour, minute), pattern)


def file_size(size: int) -> str:
    """`size` bytes in the unit that reads best: `512 B`, `84 KB`, `1.4 MB` (steps of 1024)."""
    if size < 1024:
        return gettext("%(size)s B") % {"size": size}
    units = [gettext("%(size)s KB"), gettext("%(size)s MB"), gettext("%(size)s GB")]
    number = size / 1024
    while number >= 1023.5 and len(units) > 1:
        number /= 1024
        units.pop(0)
    places = 1 if number < 9.95 else 0
    # Django cuts where people round.
    return units[0] % {"size": number_format(round(number, places), places)}
