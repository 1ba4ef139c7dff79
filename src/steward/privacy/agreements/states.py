"""From which state an agreement goes to which; every move is one conditional write, so that none is skipped."""

from collections.abc import Mapping
from typing import Any

from steward.privacy.agreements.models import Agreement, Review

S = Agreement.State
# Ours goes from the draft into force by a click; a text of the customer's own goes through the review.
MOVES: Mapping[S, frozenset[S]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.IN_FORCE}),
    S.SUBMITTED: frozenset({S.IN_REVIEW, S.SUPERSEDED, S.ENDED}),
    S.IN_REVIEW: frozenset({S.CHANGES_REQUESTED, S.IN_FORCE, S.REJECTED, S.SUPERSEDED, S.ENDED}),
    S.CHANGES_REQUESTED: frozenset({S.SUPERSEDED, S.ENDED, S.REJECTED}),
    S.IN_FORCE: frozenset({S.SUPERSEDED, S.ENDED}),
    S.REJECTED: frozenset(),
    S.SUPERSEDED: frozenset(),
    S.ENDED: frozenset(),
}
OPEN = (S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED)


class WrongState(RuntimeError):
    """The agreement is not where this could follow: somebody else was quicker, or it was never possible."""


def move(agreement: Agreement, state: S, **columns: Any) -> Agreement:
    """Bring an agreement into its next state. Raises `WrongState` when that does not follow on the one it is in."""
    before = [one for one in S if state in MOVES[one]]
    if not Agreement.objects.filter(pk=agreement.pk, state__in=before).update(state=state, **columns):
        raise WrongState(f"{agreement.pk} cannot become {state.value}")
    if agreement.origin == Agreement.Origin.THEIRS:
        closed = {} if state in OPEN else {"closed_at": columns.get("in_force_from") or columns.get("ended_at")}
        Review.objects.filter(pk=agreement.pk).update(state=state, **closed)
    agreement.refresh_from_db()
    return agreement
