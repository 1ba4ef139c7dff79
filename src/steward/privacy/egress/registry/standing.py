"""Which state of an engagement stands for one account at one moment: notice binds each account by itself.

A version that widens an engagement stands, for an account that was there when it was announced, once its notice is
over; until then the state before goes on standing. For an account opened later it stands at once, for it was
accepted at sign-up. Narrowing and removing stand when they are published.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from steward.privacy.egress.registry.changes import Engaged, engaged_in, needs_notice
from steward.privacy.egress.registry.document import Registry

LEAST_NOTICE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One published version. `binds_notice` is False for the first one and for imported ones, which stand at once."""

    number: int
    registry: Registry
    sha256: str
    published_at: datetime
    effective_at: datetime
    binds_notice: bool = True


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an engagement, from `version` on; `engaged` is None where it was removed."""

    engaged: Engaged | None
    version: Version


@dataclass(frozen=True, slots=True)
class Pending:
    """A state that is announced and stands from `usable_from` on, unless something else comes before."""

    revision: Revision
    announced_at: datetime
    usable_from: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands now, and what is announced. `current` is None before the engagement ever stood."""

    current: Revision | None
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """What of an account decides when a change stands for it: its age, and the notice each of its agreements gives.

    `notices` are pairs of the moment from which one applies and its days, in order.
    """

    opened_at: datetime
    notices: tuple[tuple[datetime, int], ...] = ()

    @property
    def notice_days(self) -> int:
        """What the agreement that came last gives, and never less than everybody has."""
        return max(LEAST_NOTICE_DAYS, self.notices[-1][1]) if self.notices else LEAST_NOTICE_DAYS

    def stands_from(self, announced_at: datetime) -> datetime:
        """When the notice of a change is over.

        It runs as agreed when it was announced. An agreement that comes while it runs may make it longer, and never
        shorter; one that comes later takes nothing back that stands.
        """
        days = [days for since, days in self.notices if since <= announced_at][-1:]
        over = announced_at + timedelta(days=max([LEAST_NOTICE_DAYS, *days]))
        for since, later in self.notices:
            if announced_at < since < over:
                over = max(over, announced_at + timedelta(days=later))
        return over


EVERYBODY = Bound(opened_at=datetime.min.replace(tzinfo=UTC))
"""An account that was always there, under the usual terms: the public page speaks of it."""


def is_beyond(states: Iterable[Revision], revision: Revision, answered_in: int) -> bool:
    """Whether a state asks for more than what was published when somebody agreed, in version `answered_in`."""
    if revision.version.number <= answered_in:
        return False
    known = [state.engaged for state in states if state.version.number <= answered_in]
    return needs_notice(known[-1] if known else None, revision.engaged)


def revisions_of(versions: Sequence[Version]) -> dict[str, tuple[Revision, ...]]:
    """The states each engagement went through, oldest first; a version that leaves it as it is adds none."""
    found: dict[str, list[Revision]] = {}
    for version in versions:
        engaged = engaged_in(version.registry)
        for key in [*engaged, *(key for key in found if key not in engaged)]:
            states = found.setdefault(key, [])
            if (states[-1].engaged if states else None) != engaged.get(key):
                states.append(Revision(engaged.get(key), version))
    return {key: tuple(states) for key, states in found.items()}


def standing(revisions: Iterable[Revision], account: Bound, at: datetime) -> Standing:
    """What stands for the account at a moment, of one engagement."""
    known = Standing(None)
    for revision in revisions:
        published_at = revision.version.published_at
        if published_at > at:
            break
        known = _after(_settled(known, published_at), revision, account)
    return _settled(known, at)


def _settled(known: Standing, at: datetime) -> Standing:
    """The notice that is over by then makes the announced state the standing one."""
    pending = known.pending
    return Standing(pending.revision) if pending is not None and pending.usable_from <= at else known


def _after(known: Standing, revision: Revision, account: Bound) -> Standing:
    version = revision.version
    before = known.current.engaged if known.current else None
    if not version.binds_notice or not needs_notice(before, revision.engaged):
        return Standing(revision)
    announced_at, usable_from = _notice(known, revision, account)
    return Standing(known.current, Pending(revision, announced_at, usable_from))


def _notice(known: Standing, revision: Revision, account: Bound) -> tuple[datetime, datetime]:
    """When it was announced, and from when it may be used: a mere correction does not start the notice anew."""
    earlier, version = known.pending, revision.version
    if earlier is not None and not needs_notice(earlier.revision.engaged, revision.engaged):
        return earlier.announced_at, earlier.usable_from
    announced_at = version.published_at
    if account.opened_at > announced_at:
        return announced_at, announced_at
    return announced_at, max(version.effective_at, account.stands_from(announced_at))
