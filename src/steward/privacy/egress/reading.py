"""Reading an account's ledger: what left, to whom, what for, and what was refused. In the scope of the account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from steward.privacy.egress.models import EgressEvent
from steward.tenancy.scope import account_scope

PAGE = 50
_MANY = 2_000


class BadPlace(ValueError):
    """Not a place in the ledger that `Place.told` has said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the ledger ends: the last row that was shown."""

    at: datetime
    id: UUID

    @property
    def told(self) -> str:
        """The place as an address says it."""
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place an address says. Raises `BadPlace`."""
        moment, _, key = text.partition("~")
        try:
            at = datetime.fromisoformat(moment)
            place = cls(at, UUID(key))
        except ValueError as error:
            raise BadPlace(text) from error
        if at.tzinfo is None:
            raise BadPlace(text)
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: everything unless told. `since` is the first moment, `until` the first that is too late."""

    is_allowed: bool | None = None
    host: str = ""
    purpose: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """One destination and purpose with one outcome: how often, how many bytes, and when last."""

    traffic: str
    engagement: str
    connector_id: UUID | None
    host: str
    purpose: str
    country: str
    reason: str
    is_allowed: bool
    calls: int
    bytes: int
    last_at: datetime


def rows_of(wanted: Wanted, after: Place | None = None, *, most: int = PAGE) -> list[EgressEvent]:
    """Rows, the newest first, from behind a place on; the work is that of `most` rows, however many there are."""
    found = _narrowed(wanted).order_by("-at", "-id")
    if after is not None:
        found = found.filter(at__lte=after.at).exclude(at=after.at, id__gte=after.id)
    return list(found[:most])


def portions(account_id: UUID, wanted: Wanted, *, most: int) -> Iterator[list[EgressEvent]]:
    """The same rows a few thousand at a time, at most `most` in all.

    Each portion is read in a scope of its own: no transaction is open while somebody's line is slow.
    """
    place: Place | None = None
    while most > 0:
        with account_scope(account_id):
            rows = rows_of(wanted, place, most=min(_MANY, most))
        if not rows:
            return
        yield rows
        most, place = most - len(rows), Place(rows[-1].at, rows[-1].id)


def sums_since(since: datetime) -> list[Tally]:
    """What happened from a moment on, by destination, purpose and outcome; the most frequent first."""
    keys = ("traffic", "engagement", "connector_id", "host", "purpose", "to_country", "reason_code", "is_allowed")
    counted: Iterable[dict[str, Any]] = (
        EgressEvent.objects.filter(at__gte=since)
        .values(*keys)
        .annotate(calls=Count("id"), sent=Sum("bytes"), last_at=Max("at"))
        .order_by("-calls", "host", "purpose", "reason_code")
    )
    return [
        Tally(
            traffic=row["traffic"],
            engagement=row["engagement"],
            connector_id=row["connector_id"],
            host=row["host"],
            purpose=row["purpose"],
            country=row["to_country"],
            reason=row["reason_code"],
            is_allowed=row["is_allowed"],
            calls=row["calls"],
            bytes=row["sent"] or 0,
            last_at=row["last_at"],
        )
        for row in counted
    ]


def newest_since(since: datetime, *, most: int) -> list[tuple[str, str, UUID | None, bool]]:
    """Traffic, engagement, connector and outcome of the newest rows from a moment on, at most so many."""
    told = ("traffic", "engagement", "connector_id", "is_allowed")
    return list(EgressEvent.objects.filter(at__gte=since).order_by("-at", "-id").values_list(*told)[:most])


def no_more_than(most: int, *, since: datetime) -> datetime:
    """The moment itself, or a later one, so that about `most` rows are from then on: what is summed has an end."""
    newest = EgressEvent.objects.filter(at__gte=since).order_by("-at", "-id")[:most]
    return newest.aggregate(first=Min("at"))["first"] or since


def count_left(since: datetime, *, most: int) -> int:
    """How often something left from a moment on; not counted further than `most`."""
    return EgressEvent.objects.filter(at__gte=since, is_allowed=True)[:most].count()


def _narrowed(wanted: Wanted) -> QuerySet[EgressEvent]:
    narrow = Q()
    if wanted.is_allowed is not None:
        narrow &= Q(is_allowed=wanted.is_allowed)
    if wanted.host:
        narrow &= Q(host=wanted.host)
    if wanted.purpose:
        narrow &= Q(purpose=wanted.purpose)
    if wanted.since:
        narrow &= Q(at__gte=wanted.since)
    if wanted.until:
        narrow &= Q(at__lt=wanted.until)
    return EgressEvent.objects.filter(narrow)
