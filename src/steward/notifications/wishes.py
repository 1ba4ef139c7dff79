"""Why people are told, in which ways, and what they wish. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """Why somebody is told; the strongest reason first."""

    MENTIONED = "mentioned", _("Somebody mentions me in a note")
    ASSIGNED = "assigned", _("A ticket is assigned to me")
    ANSWERED = "answered", _("The customer answers in a ticket of mine")
    FAILED = "failed", _("An answer of mine cannot be delivered")
    NEW_TICKET = "new_ticket", _("A new ticket comes into one of my departments")


class Mail(models.TextChoices):
    """When a mail tells of something."""

    NEVER = "never", pgettext_lazy("when to send mail", "Never")
    AT_ONCE = "at_once", pgettext_lazy("when to send mail", "At once")
    DIGEST = "digest", pgettext_lazy("when to send mail", "In the summary")


class Rhythm(models.TextChoices):
    """How often the summary comes."""

    HOURLY = "hourly", pgettext_lazy("how often", "Every hour")
    DAILY = "daily", pgettext_lazy("how often", "Once a day")


@dataclass(frozen=True, slots=True)
class Wish:
    """The ways in which one kind is told."""

    is_listed: bool = True
    mail: str = Mail.AT_ONCE
    on_desktop: bool = True

    @property
    def is_nothing(self) -> bool:
        return not (self.is_listed or self.on_desktop) and self.mail == Mail.NEVER


Wishes = Mapping[str, Wish]

DEFAULTS: Wishes = {
    Kind.MENTIONED: Wish(),
    Kind.ASSIGNED: Wish(),
    Kind.ANSWERED: Wish(),
    Kind.FAILED: Wish(),
    Kind.NEW_TICKET: Wish(mail=Mail.NEVER, on_desktop=False),  # the list shows them, and there are many
}


def read_wishes(stored: Mapping[str, Any], otherwise: Wishes = DEFAULTS) -> dict[str, Wish]:
    """A wish for each kind: what is stored, else `otherwise`."""
    return {kind: Wish(**stored[kind]) if kind in stored else otherwise[kind] for kind in Kind.values}


def stored_form(wishes: Wishes) -> dict[str, Any]:
    """The wishes as JSON values, as `read_wishes` takes them."""
    return {str(kind): asdict(wish) for kind, wish in wishes.items()}


def next_summary(after: datetime, *, rhythm: str, hour: int, zone: str) -> datetime:
    """When the next summary is due, in UTC: the next full hour, or the next `hour` o'clock in `zone` (IANA).

    An hour that a change of the clocks leaves out is the one after it.
    """
    if rhythm == Rhythm.HOURLY:
        return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    place = ZoneInfo(zone)
    day = after.astimezone(place).date()
    due = datetime.combine(day, time(hour), place).astimezone(UTC)
    return due if due > after else datetime.combine(day + timedelta(days=1), time(hour), place).astimezone(UTC)
