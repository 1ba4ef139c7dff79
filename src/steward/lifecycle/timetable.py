"""What comes next for an account, and when. Pure: dates in, dates out.

    active ─▶ suspended ─▶ terminated ─▶ deleted ─▶ gone

An account goes one step at a time. A step is due at a moment that follows from the plan: the first when a trial ends or
an invoice has been unpaid too long, each other one so long after the one before was due. Who was asleep when a step was
due takes it late, and then nothing more before every warning of the next step could be heard: days that the machine was
off shorten no warning.

Legal holds stop the clock of whatever would take something away, visibly: it goes on with what is left. They do not
keep an account from being suspended, for what is owed stays owed.

Whoever orders that the account is deleted waits for nothing more, from a moment on that they choose: each step is due
then, in its turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

Hold = tuple[datetime, datetime | None]  # from when until when; None: until it is lifted


class Stage(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    DELETED = "deleted"
    GONE = "gone"


ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Periods:
    """What a plan says: how long each stage lasts, and how long before its end one is warned."""

    grace: timedelta  # that an invoice may be unpaid after it was due
    suspended: timedelta
    terminated: timedelta
    deleted: timedelta  # until the last backup from before is gone
    warnings: tuple[timedelta, ...]  # before each step, the longest first

    def of(self, stage: Stage) -> timedelta:
        """How long an account stays in one of the three stages that end by themselves. KeyError for others."""
        return {
            Stage.SUSPENDED: self.suspended, Stage.TERMINATED: self.terminated, Stage.DELETED: self.deleted,
        }[stage]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where an account is on its way."""

    stage: Stage
    since: datetime  # when the stage was due
    entered_at: datetime  # when it began in fact, never before that
    trial_ends_at: datetime | None = None  # None: it is no trial
    unpaid_since: datetime | None = None  # when the oldest unpaid invoice was due
    respite_until: datetime | None = None  # not suspended before, whatever is owed
    leaves_at: datetime | None = None  # from when on nothing is waited for, by order of an owner
    holds: Sequence[Hold] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What comes, and when; the clock stands while `at` is None, and `left` is what it goes on with."""

    to: Stage
    at: datetime | None
    left: timedelta | None = None


def next_step(course: Course, periods: Periods, now: datetime) -> Step | None:
    """The step that comes next; None for an account that nothing ends, or that has come to the end."""
    if course.stage == Stage.GONE:
        return None
    if course.stage == Stage.ACTIVE:
        return _first_step(course, periods, now)
    # Backups go when they expire: no hold keeps what was deleted from that.
    holds = () if course.stage == Stage.DELETED else tuple(_joined(course.holds))
    ends = [_elapsed(start, length, holds) for start, length in _to_elapse(course, periods)]
    known = [end for end in ends if end is not None]
    if len(known) == len(ends):
        return Step(_after(course.stage), max(known))
    left = max(length - _run(start, now, holds) for start, length in _to_elapse(course, periods))
    return Step(_after(course.stage), None, max(left, timedelta()))


def is_due(step: Step | None, now: datetime) -> bool:
    """Whether the step is to be taken: from its very moment on."""
    return step is not None and step.at is not None and step.at <= now


def warning_due(step: Step | None, periods: Periods, now: datetime) -> timedelta | None:
    """The warning that holds now: the shortest whose time has come. None before the first, and once the step is due."""
    if step is None or step.at is None or step.at <= now:
        return None
    begun = [lead for lead in periods.warnings if step.at - lead <= now]
    return min(begun) if begun else None


def look_again_at(step: Step | None, periods: Periods, now: datetime) -> datetime | None:
    """When there is something to do next: the next warning or the step itself; None when nothing comes by itself."""
    if step is None or step.at is None:
        return None
    coming = [step.at - lead for lead in periods.warnings]
    return min([moment for moment in coming if moment > now] + [step.at])


def _first_step(course: Course, periods: Periods, now: datetime) -> Step | None:
    """The suspension: when it is owed, or because an owner leaves. A hold stops that, for it would take away."""
    leaves = _elapsed(course.leaves_at, timedelta(), tuple(_joined(course.holds))) if course.leaves_at else None
    ends = [end for end in (_suspended_at(course, periods), leaves) if end is not None]
    if ends:
        return Step(Stage.SUSPENDED, min(ends))
    return Step(Stage.SUSPENDED, None, max(course.leaves_at - now, timedelta())) if course.leaves_at else None


def _suspended_at(course: Course, periods: Periods) -> datetime | None:
    unpaid = course.unpaid_since + periods.grace if course.unpaid_since else None
    ends = [end for end in (course.trial_ends_at, unpaid) if end is not None]
    if not ends:
        return None
    return max(min(ends), course.since, course.respite_until or course.since)


def _to_elapse(course: Course, periods: Periods) -> Iterator[tuple[datetime, timedelta]]:
    """From when what has to have passed; for a stage that began late its warnings, too. Who leaves waits no more."""
    if course.leaves_at is not None and course.stage in (Stage.SUSPENDED, Stage.TERMINATED):
        yield max(course.leaves_at, course.since), timedelta()
        return
    yield course.since, periods.of(course.stage)
    if course.entered_at > course.since:
        length = min(periods.of(course.stage), max(periods.warnings, default=timedelta()))
        yield course.entered_at, length


def _after(stage: Stage) -> Stage:
    return ORDER[ORDER.index(stage) + 1]


def _elapsed(start: datetime, length: timedelta, holds: Sequence[Hold]) -> datetime | None:
    """When so much time has passed outside the holds; None when one of them has no end."""
    at = start + length
    for begin, end in holds:
        if begin >= at:
            break
        if end is None:
            return None
        at += max(end - max(begin, start), timedelta())
    return at


def _run(start: datetime, now: datetime, holds: Sequence[Hold]) -> timedelta:
    """How much of the time from `start` until now has passed outside the holds."""
    stood = timedelta()
    for begin, end in holds:
        stood += max(min(end or now, now) - max(begin, start), timedelta())
    return max(now - start - stood, timedelta())


def _joined(holds: Sequence[Hold]) -> Iterator[Hold]:
    """The same times, in order and none twice."""
    current: Hold | None = None
    for begin, end in sorted(holds, key=lambda hold: hold[0]):
        if current is None:
            current = begin, end
        elif current[1] is None or begin <= current[1]:
            current = current[0], None if end is None or current[1] is None else max(current[1], end)
        else:
            yield current
            current = begin, end
    if current is not None:
        yield current
