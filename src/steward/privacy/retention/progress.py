"""How far a purge is: what its erasures say, together."""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from uuid import UUID

from steward.privacy.erasure.models import Erasure
from steward.privacy.retention.models import RetentionRun

State = Erasure.State


@dataclass(frozen=True, slots=True)
class Progress:
    """`state` of the whole, and by store what is gone and what is left; a store is named as in certificates."""

    state: str
    erased: dict[str, int]
    left: dict[str, int]
    tickets: int  # that are to go: fewer than were counted when some were restored meanwhile
    gone: int  # tickets of them

    @property
    def is_running(self) -> bool:
        return self.state == State.RUNNING


def progress_of(run: RetentionRun) -> Progress:
    """Of what somebody purged, or of what went by a rule."""
    erasures = list(Erasure.objects.filter(pk__in=run.erasures).defer("extent", "unproven", "certificate"))
    erased, left, planned = Counter[str](), Counter[str](), Counter[str]()
    for erasure in erasures:
        erased.update(erasure.erased)
        left.update(erasure.left)
        planned.update(erasure.planned)
    tickets = planned["tickets.tickets"] if run.ordered_at else run.number
    return Progress(
        _state(run, {each.state for each in erasures}), dict(erased), dict(left), tickets, erased["tickets.tickets"]
    )


def states_of(runs: Iterable[RetentionRun]) -> dict[UUID, str]:
    """The states of several, by their ids; asked of the database once."""
    listed = list(runs)
    asked = Erasure.objects.filter(pk__in={key for run in listed for key in run.erasures})
    states = dict(asked.values_list("pk", "state"))
    return {run.pk: _state(run, {states[key] for key in run.erasures if key in states}) for run in listed}


def _state(run: RetentionRun, states: Set[str]) -> str:
    if run.ordered_at is None or State.RUNNING in states or State.PLANNED in states:
        return State.RUNNING
    return State.FAILED if State.FAILED in states else State.DONE
