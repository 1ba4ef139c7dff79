"""Moments told the way people say them: `9 min`, `1 h`, `yesterday 15:58`, `Wed`, `12 Oct`."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from django.utils import formats
from django.utils.formats import number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext, pgettext

Style = Literal["age", "short", "clock"]
STYLES: tuple[Style, ...] = ("age", "short", "clock")


def told(at: datetime, *, now: datetime, style: Style = "age") -> str:
    """`at` in the language and time zone in force, relative to `now` (both aware).

    `age` counts minutes and hours and says `yesterday 15:58`; `short` is the same without the time of day, for narrow
    columns; `clock` gives the time of day and, before today, the day. Moments to come are always told by the clock.
    """
    if style == "clock" or at > now:
        return _by_clock(localtime(at), localtime(now), with_time=True)
    return _elapsed(at, now) or _by_clock(localtime(at), localtime(now), with_time=style == "age", weekday_only=True)


def in_full(at: datetime) -> str:
    """`at` with weekday, year and time, for tooltips and screen readers."""
    local = localtime(at)
    return f"{_dated(local, pgettext('date with weekday and year', 'l, j F Y'))}, {_time(local)}"


def day_name(at: datetime, *, now: datetime) -> str:
    """The day of `at` as a heading: `Today`, `Yesterday`, `Wednesday 4 November`, with the year when it is another."""
    local, today = localtime(at), localtime(now)
    days = (today.date() - local.date()).days
    if days in (0, 1):
        return pgettext("heading of a day", "Yesterday") if days else pgettext("heading of a day", "Today")
    if local.year == today.year:
        return _dated(local, pgettext("heading of a day, this year", "l j F"))
    return _dated(local, pgettext("heading of a day, another year", "j F Y"))


def _elapsed(at: datetime, now: datetime) -> str:
    minutes = (now - at) // timedelta(minutes=1)
    if minutes < 1:
        return pgettext("age of less than a minute", "now")
    if minutes < 60:
        return ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    if localtime(at).date() == localtime(now).date():
        hours = minutes // 60
        return ngettext("%(count)d h", "%(count)d h", hours) % {"count": hours}
    return ""


def _by_clock(local: datetime, today: datetime, *, with_time: bool, weekday_only: bool = False) -> str:
    """The day as one word or a short date; with the time of day unless the day alone says enough."""
    days = (today.date() - local.date()).days
    if days == 0:
        return _time(local)
    if abs(days) == 1:
        word = pgettext("day", "yesterday") if days == 1 else pgettext("day", "tomorrow")
        return f"{word} {_time(local)}" if with_time else word
    day = _short_day(local, today, days)
    return day if weekday_only or not with_time or local.year != today.year else f"{day} {_time(local)}"


def _short_day(local: datetime, today: datetime, days: int) -> str:
    if abs(days) < 7:
        return _dated(local, "D")
    if local.year == today.year:
        return _dated(local, pgettext("short date, this year", "j M"))
    return _dated(local, pgettext("short date, another year", "j M Y"))


def _time(local: datetime) -> str:
    return _clock(local.hour, local.minute, pgettext("time of day", "H:i"), get_language())


def _dated(local: datetime, wanted: str) -> str:
    """The day in the language in force. Lists tell the same few days again and again: each is put together once."""
    return _day(local.date(), wanted, get_language())


@lru_cache(maxsize=4096)
def _day(day: date, wanted: str, _language: str | None) -> str:
    return formats.date_format(day, wanted)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, wanted: str, _language: str | None) -> str:
    return formats.time_format(time(hour, minute), wanted)


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
