"""From which state a request goes to which. Every move is one conditional write, so that none is skipped."""

from collections.abc import Mapping
from typing import Any

from steward.privacy.requests.models import PrivacyRequest

S = PrivacyRequest.State
Type = PrivacyRequest.Type

MOVES: Mapping[S, frozenset[S]] = {
    S.RECEIVED: frozenset({S.VERIFYING, S.AWAITING_CONTROLLER, S.REFUSED, S.ON_HOLD, S.NOT_ONE}),
    S.VERIFYING: frozenset({S.AWAITING_CONTROLLER, S.REFUSED, S.ON_HOLD, S.NOT_ONE}),
    S.AWAITING_CONTROLLER: frozenset({S.APPROVED, S.REFUSED, S.ON_HOLD}),
    # What is done by hand, such as a correction, is done without a plan. A legal hold may show only now that it cannot
    # be done (article 17(3)): without a refusal the person would never be answered.
    S.APPROVED: frozenset({S.PLANNED, S.LIVE_DONE, S.ON_HOLD, S.REFUSED}),
    S.PLANNED: frozenset({S.RUNNING, S.ON_HOLD}),
    S.RUNNING: frozenset({S.VERIFYING_ABSENCE, S.LIVE_DONE, S.FAILED}),
    S.VERIFYING_ABSENCE: frozenset({S.LIVE_DONE, S.FAILED}),
    S.LIVE_DONE: frozenset({S.BACKUPS_EXPIRING, S.CLOSED}),
    S.BACKUPS_EXPIRING: frozenset({S.CLOSED}),
    S.FAILED: frozenset({S.PLANNED, S.ON_HOLD, S.REFUSED}),
    S.ON_HOLD: frozenset(),  # only back to where it was: `returns`
    S.REFUSED: frozenset(),
    S.CLOSED: frozenset(),
    S.NOT_ONE: frozenset(),  # taken up again where it was: `take_up_again`
}
ENDED = frozenset({S.REFUSED, S.CLOSED, S.NOT_ONE})
UNDECIDED = frozenset({S.RECEIVED, S.VERIFYING, S.AWAITING_CONTROLLER})
_OF_ERASURES = frozenset({S.VERIFYING_ABSENCE, S.BACKUPS_EXPIRING})


class WrongState(RuntimeError):
    """The request is not where this could follow: somebody else was quicker, or it was never possible."""


def follows(type_: str, before: str, after: S) -> bool:
    """Whether a request of a type goes from one state to the other. Erasures end by proof and with the last backup;
    what is asked for is said before it is decided.
    """
    if type_ == Type.UNSAID and after == S.APPROVED:
        return False
    if type_ == Type.ERASE:
        if (before, after) in {(S.RUNNING, S.LIVE_DONE), (S.LIVE_DONE, S.CLOSED), (S.APPROVED, S.LIVE_DONE)}:
            return False  # past the proof, or past the backups
    elif after in _OF_ERASURES:
        return False
    return after in MOVES[S(before)]


def move(request: PrivacyRequest, state: S, **columns: Any) -> None:
    """Bring a request into its next state, in the current transaction. Raises `WrongState`; then nothing changed."""
    before = [one for one in S if follows(request.type, one, state)]
    # The kind, too, as it was read: what follows depends on it.
    standing = PrivacyRequest.objects.filter(pk=request.pk, type=request.type, state__in=before)
    if not standing.update(state=state, **columns):
        raise WrongState(f"{request.pk} cannot become {state.value}")
    request.refresh_from_db()
