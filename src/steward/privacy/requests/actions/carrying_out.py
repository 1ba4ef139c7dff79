"""Doing what was approved, telling the person, and putting the request away."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail
from steward.outbox.models import State as MailState
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import UNDECIDED, S, Type, WrongState, move

_EVENTS: Mapping[S, str] = {
    S.PLANNED: "privacy_request.planned",
    S.RUNNING: "privacy_request.started",
    S.VERIFYING_ABSENCE: "privacy_request.looked_after",
    S.LIVE_DONE: "privacy_request.done",
    S.BACKUPS_EXPIRING: "privacy_request.waits_for_backups",
    S.FAILED: "privacy_request.failed",
}
OVERTAKEN = UNDECIDED | {S.ON_HOLD}  # what an erasure that was ordered for something else ends
WORDS = {"name": "", "address": "", "words": "", "extension_reason": "", "refusal_words": "", "hold_words": ""}


def advance(request: PrivacyRequest, to: PrivacyRequest.State, *, actor: Actor, erasure_id: UUID | None = None) -> None:
    """Note how far the work is; `erasure_id` is what carries it out. Raises `WrongState`, and `KeyError` for states
    that are decided and not worked for.
    """
    kind = _EVENTS[to]
    with transaction.atomic():
        move(request, to, **({"erasure_id": erasure_id} if erasure_id else {}))
        record(kind, request, actor=actor)


def overtake(request: PrivacyRequest, *, actor: Actor) -> None:
    """The person of a request to be erased that is held or not decided is gone by another plan: what it asked for is
    done, whatever it waited for, and only the answer is left. Raises `WrongState`.
    """
    before = request.state
    with transaction.atomic():
        waiting = PrivacyRequest.objects.filter(pk=request.pk, type=Type.ERASE, state=before, state__in=OVERTAKEN)
        if not waiting.update(state=S.BACKUPS_EXPIRING, state_before=""):
            raise WrongState(f"{request.pk} is {before}")
        record("privacy_request.overtaken", request, actor=actor, changes={"from": before})
    request.refresh_from_db()


def answer(request: PrivacyRequest, *, actor: Actor) -> None:
    """The person was told what was done, or will be: the clock stops. Raises `WrongState` when that was before."""
    with transaction.atomic():
        unanswered = PrivacyRequest.objects.filter(pk=request.pk, answered_at=None)
        if not unanswered.update(answered_at=now()):
            raise WrongState(f"{request.pk} is answered")
        record("privacy_request.answered", request, actor=actor)
    request.refresh_from_db()


def close(request: PrivacyRequest, *, actor: Actor) -> None:
    """Put it away. After an erasure, or when the person is not known any more, it forgets who asked and in which words.

    Raises `WrongState`, also while nobody has told the person, or the mail that tells them has not left.
    """
    with transaction.atomic():
        if PrivacyRequest.objects.filter(pk=request.pk, answered_at=None).exists() or is_being_told(request):
            raise WrongState(f"{request.pk} is not answered")
        is_forgotten = request.type == Type.ERASE or request.subject_id is None
        move(request, S.CLOSED, closed_at=now(), **(WORDS if is_forgotten else {}))
        # The answer to who is erased became no ticket: it is kept no longer than their name.
        OutgoingMail.objects.filter(about=request.pk).delete()
        record("privacy_request.closed", request, actor=actor)


def is_being_told(request: PrivacyRequest) -> bool:
    """Whether a mail to the person waits still: it would be deleted with the request, and they would not hear of it."""
    ended = (MailState.SENT, MailState.FAILED)
    return OutgoingMail.objects.filter(about=request.pk).exclude(state__in=ended).exists()
