"""What a version of the registry changes for one account, and until when that account can object to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from steward.privacy.egress.registry.changes import Change
from steward.privacy.egress.registry.standing import Bound, Version, standing
from steward.privacy.egress.registry.versions import Published
from steward.privacy.subprocessors.listing import Row, differences, serves


@dataclass(frozen=True, slots=True)
class Concern:
    """One engagement that changes. `until` is when it stands for the account, None where it stands at once."""

    key: str
    changes: frozenset[Change]
    before: Row | None
    after: Row | None
    until: datetime | None
    is_withdrawn: bool = False  # it was announced, never stood, and does not come after all

    @property
    def row(self) -> Row:
        """As it is after the change; as it was, where it goes."""
        row = self.after or self.before
        if row is None:
            raise ValueError("a change is of something")
        return row


def concerns_of(list_: Published, version: Version, account: Bound, *, region: str = "") -> tuple[Concern, ...]:
    """What a version changes for an account in a region; mere corrections are none of it."""
    before = list_.versions[version.number - 2].registry if version.number > 1 else None
    found = differences(before, version.registry)
    return tuple(
        Concern(
            key=one.key,
            changes=one.changes,
            before=one.before,
            after=one.after,
            until=_until(list_, one.key, version, account),
            is_withdrawn=one.after is None and not _stood(list_, one.key, version, account),
        )
        for one in found
        if one.changes != {Change.CORRECT} and _concerns((one.before, one.after), region)
    )


def objection_until(concerns: Iterable[Concern]) -> datetime | None:
    """The first moment from which something of it stands; None when nothing of it needs notice."""
    return min((one.until for one in concerns if one.until is not None), default=None)


def _concerns(rows: Iterable[Row | None], region: str) -> bool:
    return any(row is not None and serves(row.engagement, region) for row in rows)


def _until(list_: Published, key: str, version: Version, account: Bound) -> datetime | None:
    pending = standing(list_.revisions[key], account, version.published_at).pending
    is_of_it = pending is not None and pending.revision.version.number == version.number
    return pending.usable_from if pending is not None and is_of_it else None


def _stood(list_: Published, key: str, version: Version, account: Bound) -> bool:
    current = standing(
        (state for state in list_.revisions[key] if state.version.number < version.number),
        account,
        version.published_at,
    ).current
    return current is not None and current.engaged is not None
