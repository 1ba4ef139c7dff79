"""The list as people read it: rows of one version, of what stands for an account, and what is coming."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.hosts import hosts_of
from steward.privacy.egress.registry.changes import Change, Engaged, changes_between, engaged_in
from steward.privacy.egress.registry.document import Engagement, Kind, Registry, Subprocessor
from steward.privacy.egress.registry.standing import EVERYBODY, Bound, Pending, Revision, Version, standing
from steward.privacy.egress.registry.versions import Published


@dataclass(frozen=True, slots=True)
class Row:
    """One engagement of the list. `hosts` are those the gate lets data go to."""

    subprocessor: Subprocessor
    engagement: Engagement
    hosts: tuple[Destination, ...]
    listed_since: date | None

    @property
    def is_infrastructure(self) -> bool:
        """Whether it stands in the first table."""
        return self.subprocessor.kind is Kind.INFRASTRUCTURE


@dataclass(frozen=True, slots=True)
class Coming:
    """A change that is announced and does not stand yet. `row` is None for what goes."""

    key: str
    changes: frozenset[Change]
    row: Row | None
    before: Row | None
    version: Version
    announced_at: datetime
    stands_from: datetime

    @property
    def objection_until(self) -> datetime:
        """Who objects before this moment has nothing of it used; later objections switch it off all the same."""
        return self.stands_from


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands at a moment for somebody, and what is coming."""

    version: Version | None
    rows: tuple[Row, ...]
    coming: tuple[Coming, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """How one engagement differs between two versions; `fields` names what, of the engagement or of the company."""

    key: str
    changes: frozenset[Change]
    before: Row | None
    after: Row | None
    fields: tuple[str, ...]


def listing_at(list_: Published, at: datetime, account: Bound = EVERYBODY, *, region: str = "") -> Listing:
    """What stands at a moment for an account (for everybody without), narrowed to the customers of one region."""
    known = {key: standing(states, account, at) for key, states in list_.revisions.items()}
    since = first_listed(list_)
    current = {key: one.current for key, one in known.items()}
    version = next((one for one in reversed(list_.versions) if one.published_at <= at), None)
    rows = _in_order(version, _rows(current, since))
    coming = (_coming(key, one.current, one.pending, since) for key, one in known.items() if one.pending is not None)
    return Listing(
        version,
        tuple(row for row in rows if serves(row.engagement, region)),
        tuple(one for one in coming if one.row is None or serves(one.row.engagement, region)),
    )


def listing_of(list_: Published, version: Version, *, region: str = "") -> Listing:
    """Exactly what one version says, whatever stands."""
    since = first_listed(list_)
    rows = (row_of(engaged, since.get(key)) for key, engaged in engaged_in(version.registry).items())
    return Listing(version, tuple(row for row in rows if serves(row.engagement, region)))


def differences(before: Registry | None, after: Registry) -> tuple[Difference, ...]:
    """What differs between two versions, in the order of the newer list; what went comes last."""
    old, new = engaged_in(before) if before else {}, engaged_in(after)
    keys = [*new, *(key for key in old if key not in new)]
    found = ((key, old.get(key), new.get(key)) for key in keys)
    return tuple(
        Difference(key, changes, _row(one), _row(other), _fields(one, other))
        for key, one, other in found
        if (changes := changes_between(one, other))
    )


def serves(engagement: Engagement, region: str) -> bool:
    """Whether it is for customers of a region; not stated may be any."""
    return not region or engagement.regions is None or region in engagement.regions


def first_listed(list_: Published) -> Mapping[str, date]:
    """Since when each engagement is on the list: as it says itself, else since its first version."""
    return {
        key: states[0].engaged.engagement.listed_since or states[0].version.published_at.date()
        for key, states in list_.revisions.items()
        if states[0].engaged is not None
    }


def row_of(engaged: Engaged, listed_since: date | None) -> Row:
    """The row of one engagement."""
    return Row(engaged.subprocessor, engaged.engagement, hosts_of(engaged), listed_since)


def _row(engaged: Engaged | None) -> Row | None:
    return row_of(engaged, engaged.engagement.listed_since) if engaged else None


def _rows(current: Mapping[str, Revision | None], since: Mapping[str, date]) -> dict[str, Row]:
    return {
        key: row_of(revision.engaged, since.get(key))
        for key, revision in current.items()
        if revision is not None and revision.engaged is not None
    }


def _in_order(version: Version | None, rows: dict[str, Row]) -> Iterator[Row]:
    """As the newest version orders them; what only still stands comes last."""
    newest = engaged_in(version.registry) if version else {}
    yield from (rows[key] for key in newest if key in rows)
    yield from (row for key, row in rows.items() if key not in newest)


def _coming(key: str, current: Revision | None, pending: Pending, since: Mapping[str, date]) -> Coming:
    before, after = current.engaged if current else None, pending.revision.engaged
    return Coming(
        key=key,
        changes=changes_between(before, after),
        row=row_of(after, since.get(key)) if after else None,
        before=row_of(before, since.get(key)) if before else None,
        version=pending.revision.version,
        announced_at=pending.announced_at,
        stands_from=pending.usable_from,
    )


def _fields(before: Engaged | None, after: Engaged | None) -> tuple[str, ...]:
    """The names of what differs where both are there."""
    if before is None or after is None:
        return ()
    pairs = ((before.subprocessor, after.subprocessor), (before.engagement, after.engagement))
    return tuple(
        name
        for old, new in pairs
        for name in old.__struct_fields__
        if name != "engagements" and getattr(old, name) != getattr(new, name)
    )
