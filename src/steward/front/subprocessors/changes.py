"""What is coming, and how two versions differ, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from steward.front.subprocessors.rows import Around, Fact, ShownRow, shown
from steward.front.subprocessors.whose import Whose
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import Published
from steward.privacy.subprocessors.listing import Coming, Row, differences, row_of, serves
from steward.privacy.subprocessors.telling import changed_texts
from steward.privacy.subprocessors.words import CHANGES, enumeration


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One engagement that differs: its kinds, the states before and after, and the facts that differ."""

    kinds: str
    codes: tuple[str, ...]
    before: ShownRow | None
    after: ShownRow | None
    facts: tuple[tuple[Fact, Fact], ...]

    @property
    def row(self) -> ShownRow:
        """The newer state, or the one that went."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of nothing")
        return found


@dataclass(frozen=True, slots=True)
class ShownComing:
    """A change that is announced: until when it can be objected to, from when it stands, and what was said of it."""

    change: ShownChange
    announced_at: datetime
    objection_until: datetime
    stands_from: datetime
    version: int
    is_objected: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that was on the list."""

    row: ShownRow
    since: date | None
    until: date


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a version differs from another: engagements, and the prose around them."""

    before: Version | None
    after: Version
    changes: tuple[ShownChange, ...]
    texts: tuple[str, ...]


def shown_coming(coming: Coming, around: Around, whose: Whose) -> ShownComing:
    """A coming change in words."""
    return ShownComing(
        change=_change(coming.changes, coming.before, coming.row, around, around),
        announced_at=coming.announced_at,
        objection_until=coming.objection_until,
        stands_from=coming.stands_from,
        version=coming.version.number,
        is_objected=whose.has_objected(coming.key),
    )


def comparison(before: Version | None, after: Version, at: Around, *, region: str = "") -> Comparison:
    """How two versions differ; everything is new without an earlier one."""
    old = Around(before.registry if before else after.registry, at.at, at.languages)
    new = Around(after.registry, at.at, at.languages)
    found = differences(before.registry if before else None, after.registry)
    return Comparison(
        before,
        after,
        tuple(
            _change(one.changes, one.before, one.after, old, new)
            for one in found
            if any(row is not None and serves(row.engagement, region) for row in (one.before, one.after))
        ),
        changed_texts(before.registry if before else None, after.registry),
    )


def removed_by(list_: Published, at: datetime, around: Around, since: Mapping[str, date]) -> list[Removed]:
    """What was on the list before that moment and is no longer, the last to go first."""
    found = []
    for key, states in list_.revisions.items():
        known = [state for state in states if state.version.published_at <= at]
        if len(known) > 1 and known[-1].engaged is None and (last := known[-2].engaged) is not None:
            then = Around(known[-2].version.registry, around.at, around.languages)
            row = shown(row_of(last, since.get(key)), then, status="removed")
            found.append(Removed(row, since.get(key), known[-1].version.published_at.date()))
    return sorted(found, key=lambda one: one.until, reverse=True)


def _change(codes: frozenset[str], before: Row | None, after: Row | None, old: Around, new: Around) -> ShownChange:
    ordered = [code for code in CHANGES if code in codes]
    one, other = shown(before, old) if before else None, shown(after, new) if after else None
    return ShownChange(
        kinds=enumeration(CHANGES[code] for code in ordered),
        codes=tuple(code.value for code in ordered),
        before=one,
        after=other,
        facts=_differing(one, other) if one and other else (),
    )


def _differing(before: ShownRow, after: ShownRow) -> tuple[tuple[Fact, Fact], ...]:
    old = {fact.key: fact for fact in before.facts}
    pairs = ((old[fact.key], fact) for fact in after.facts if fact.key in old)
    return tuple((one, other) for one, other in pairs if one.differs_from(other))
