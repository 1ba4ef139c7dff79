"""What left and what was refused, in words: by destination and purpose, and row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.lib.clock import now
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.own_services import service_names
from steward.privacy.egress.purposes import TrafficClass
from steward.privacy.egress.reading import Tally, sums_since
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.words import CATEGORIES, PURPOSE_WORDS, country_name, enumeration, refusal
from steward.tenancy.directory import Entry

DAYS = 30
_FEW = 3
_OWN = frozenset({TrafficClass.TENANT_DIRECTED.value, TrafficClass.COUNTERPARTY.value})
_WHOSE = {
    "T": pgettext_lazy("to whom data went", "a server of your own choice"),
    "P": pgettext_lazy("to whom data went", "your mailbox"),
    "I": pgettext_lazy("to whom data went", "infrastructure"),
    "B": pgettext_lazy("to whom data went", "from the reader’s browser"),
}


@dataclass(slots=True)
class Destination:
    """One host and purpose: how often something left, how many bytes, and what was refused and why."""

    host: str
    whose: str
    company: str
    purpose: str
    purpose_words: str
    country: str
    left: int = 0
    bytes: int = 0
    refused: int = 0
    reasons: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    """What left from a moment on."""

    destinations: tuple[Destination, ...]
    since: datetime

    @property
    def day(self) -> str:
        """The first day, as a form writes it."""
        return f"{self.since:%Y-%m-%d}"

    @property
    def names(self) -> str:
        """To whom something left, each once: the company of the list, else the host; the first few."""
        found = list(dict.fromkeys(one.company or one.host for one in self.destinations if one.left))
        told = enumeration(found[:_FEW])
        return told if len(found) <= _FEW else _("%(names)s and others") % {"names": told}

    @property
    def left(self) -> int:
        """How often something left."""
        return sum(one.left for one in self.destinations)

    @property
    def refused(self) -> int:
        """How often the gate said no."""
        return sum(one.refused for one in self.destinations)


@dataclass(frozen=True, slots=True)
class Passage:
    """One row of the ledger in words."""

    row: EgressEvent
    whose: str
    purpose: str
    data: str
    country: str
    reason: str


def today_of(account: Entry) -> datetime:
    """When the account's day began."""
    return now().astimezone(ZoneInfo(account.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def periods(account: Entry) -> tuple[Period, Period]:
    """Today, and the last thirty days with today."""
    names, today = names_of_receivers(), today_of(account)
    return period_since(today, names), period_since(today - timedelta(days=DAYS - 1), names)


def names_of_receivers() -> dict[str, str]:
    """Who is behind each engagement that ever was on the list, and what the account calls each service of its own."""
    listed = {
        key: state.engaged.subprocessor.legal_name
        for key, states in published().revisions.items()
        for state in states
        if state.engaged is not None
    }
    return {str(key): name for key, name in service_names().items()} | listed


def in_words(row: EgressEvent, names: Mapping[str, str]) -> Passage:
    """A row as people read it."""
    return Passage(
        row=row,
        whose=whose_words(row.traffic, row.engagement, row.connector_id, names),
        purpose=str(PURPOSE_WORDS.get(row.purpose, row.purpose)),
        data=enumeration(CATEGORIES.get(one, one) for one in row.categories),
        country=country_name(row.to_country) if row.to_country else "",
        reason="" if row.is_allowed else refusal(row.reason_code, is_own=row.traffic in _OWN),
    )


def period_since(since: datetime, names: Mapping[str, str]) -> Period:
    """What left and what was refused from a moment on."""
    found: dict[tuple[str, str], Destination] = {}
    for one in sums_since(since):
        place = found.setdefault((one.host, one.purpose), _destination(one, names))
        if one.is_allowed:
            place.left += one.calls
            place.bytes += one.bytes
        else:
            place.refused += one.calls
            place.reasons[refusal(one.reason, is_own=one.traffic in _OWN)] = None
    return Period(tuple(found.values()), since)


def _destination(one: Tally, names: Mapping[str, str]) -> Destination:
    return Destination(
        host=one.host,
        whose=whose_words(one.traffic, one.engagement, one.connector_id, names),
        company=names.get(one.engagement, ""),
        purpose=one.purpose,
        purpose_words=str(PURPOSE_WORDS.get(one.purpose, one.purpose)),
        country=country_name(one.country) if one.country else "",
    )


def whose_words(traffic: str, engagement: str, connector_id: UUID | None, names: Mapping[str, str]) -> str:
    """To whom something went: the company of the list, the account's own service, else what kind of place it is."""
    if engagement:
        return names.get(engagement, engagement)
    if name := names.get(str(connector_id), ""):
        return _("%(name)s, a service of your own") % {"name": name}
    return str(_WHOSE.get(traffic) or pgettext("to whom data went", "nobody we know"))
