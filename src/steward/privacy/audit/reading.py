"""What happened in an account, or who read what, the newest first: narrowed, and a page at a time. In its scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from steward.events.chain import EVENTS, READS, beginning, head
from steward.events.changes import CHANGES
from steward.events.models import Event, Read
from steward.lib.clock import now
from steward.privacy.audit.policy import policy
from steward.privacy.inventory import Key
from steward.tenancy.scope import current_account_id, upkeep_scope

Entry = Event | Read
PAGE = 50
_MANY = 2_000
# Positions are given at the commit, moments before it: so far the two may be out of step.
_SLACK = timedelta(hours=1)
# The first position at or after a moment, found by halving: moments have no index of their own, positions have.
# LIMIT keeps the planner from joining all events to each step.
_HALVED = """
WITH RECURSIVE search (low, high) AS (
  SELECT %(begin)s::bigint, %(end)s::bigint
  UNION ALL
  SELECT CASE WHEN row.at < %(moment)s THEN (low + high) / 2 + 1 ELSE low END,
         CASE WHEN row.at < %(moment)s THEN high ELSE (low + high) / 2 END
    FROM search, LATERAL (
      SELECT at FROM {table} WHERE account_id = %(account)s AND position = (low + high) / 2 LIMIT 1) row
   WHERE low < high
)
SELECT low FROM search WHERE low = high
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events: all that are told still. `since` is the first moment, `until` the first that is too late."""

    reads: bool = False  # who read what, instead of what happened
    actor: UUID | None = None
    by_itself: bool = False  # only what the system did
    support: tuple[UUID, ...] | None = None  # only what these of the hosting company did
    kind: str = ""
    about: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def events_of(wanted: Wanted, *, before: int | None = None, most: int = PAGE) -> list[Entry]:
    """Events, or reads, that are numbered, the newest first, from in front of a position on.

    The work is that of `most` rows, however many there are.
    """
    found = _narrowed(wanted).filter(position__gt=0).order_by("-position")
    if before is not None:
        found = found.filter(position__lt=before)
    return list(found[:most])


def portions(account_id: UUID, wanted: Wanted, *, most: int) -> Iterator[list[Entry]]:
    """The same a few thousand at a time, at most `most` in all, each portion read in a scope of its own."""
    before: int | None = None
    while most > 0:
        with upkeep_scope(account_id):
            events = events_of(wanted, before=before, most=min(_MANY, most))
        if not events:
            return
        yield events
        most, before = most - len(events), events[-1].position


def told_changes(event: Entry) -> dict[str, Any] | None:
    """What an event says, without what a person is called or where they live: of a correction its fields alone."""
    if event.changes is None:
        return None
    hidden = {path.partition(".")[0] for path in _PERSONAL if _is_at(event.changes, path)}
    return {name: value for name, value in event.changes.items() if name not in hidden}


_PERSONAL = [key.path for key in CHANGES if isinstance(key, Key) and key.category != "user.unique_id"]


def _is_at(changes: Any, path: str) -> bool:
    here = changes
    for step in path.split("."):
        if not isinstance(here, dict) or step not in here:
            return False
        here = here[step]
    return True


def _narrowed(wanted: Wanted) -> "QuerySet[Any]":
    table: type[Entry] = Read if wanted.reads else Event
    narrow = Q()
    if wanted.actor:
        narrow &= Q(actor_id=wanted.actor)
    if wanted.by_itself:
        narrow &= Q(actor_kind="system")
    if wanted.support is not None:  # by their ids, for which there is an index: they are few, and so are their entries
        narrow &= Q(actor_kind="staff", actor_id__in=wanted.support)
    if wanted.kind:
        narrow &= Q(kind=wanted.kind)
    if wanted.about:
        narrow &= Q(object_id=wanted.about)
    if since := max(filter(None, (wanted.since, _told_since(table))), default=None):
        narrow &= Q(at__gte=since, position__gte=_position_at(table, since - _SLACK) or 1)
    if wanted.until:
        narrow &= Q(at__lt=wanted.until)
        if last := _position_at(table, wanted.until + _SLACK):
            narrow &= Q(position__lte=last)
    return table.objects.filter(narrow)


def _told_since(table: type[Entry]) -> datetime | None:
    """The moment before which nothing is told any more; None where nothing is as old. Old reads are not there."""
    if table is Read:
        return None
    since = now() - timedelta(days=policy().entries_days)
    oldest = Event.objects.filter(position__gt=0).order_by("position").values_list("at", flat=True).first()
    return since if oldest is not None and oldest < since else None


def _position_at(table: type[Entry], moment: datetime) -> int | None:
    """None where an entry that is asked on the way is gone."""
    log = READS if table is Read else EVENTS
    asked: dict[str, Any] = {
        "begin": beginning(log).position + 1,
        "end": head(log).position + 1,
        "moment": moment,
        "account": current_account_id(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HALVED.format(table=log.table), asked)
        found = cursor.fetchone()
    return int(found[0]) if found else None
