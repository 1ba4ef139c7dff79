"""What the account decides about a request: yes, no with a reason, or later with a reason."""

from typing import Any

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.requests.actions.taking_in import zone_of_account
from steward.privacy.requests.deadlines import MONTHS_EXTENDED, due_at
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import ENDED, S, WrongState, move


class TooLate(ValueError):
    """The first month is over: an extension has to be told within it (article 12(3))."""


def approve(request: PrivacyRequest, *, actor: Actor) -> None:
    """It is to be done as asked. Raises `WrongState`."""
    with transaction.atomic():
        move(request, S.APPROVED)
        record("privacy_request.approved", request, actor=actor)


def refuse(request: PrivacyRequest, *, reason: PrivacyRequest.Refusal, words: str, actor: Actor) -> None:
    """It is not done, for a reason that the person is told with their right to complain (article 12(4)).

    Raises `ValueError` without words, and `WrongState`.
    """
    if not words.strip():
        raise ValueError("a refusal is explained")
    at = now()
    with transaction.atomic():
        move(request, S.REFUSED, refusal=reason, refusal_words=words.strip(), answered_at=at, closed_at=at)
        record("privacy_request.refused", request, actor=actor, changes={"reason": reason.value})


def extend(request: PrivacyRequest, *, reason: str, actor: Actor) -> None:
    """Take two months more, once, because it is complex or there are many (article 12(3)); the person is told why.

    Raises `ValueError` without a reason, `TooLate` after the first month, and `WrongState` when it was extended before
    or is answered.
    """
    if not reason.strip():
        raise ValueError("an extension is explained")
    with transaction.atomic():
        locked = PrivacyRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)
        if locked.extended_until is not None or locked.answered_at is not None or locked.state in ENDED:
            raise WrongState(f"{request.pk} cannot be extended")
        if now() >= locked.due_at:
            raise TooLate(str(request.pk))
        until = due_at(locked.received_at, zone_of_account(), months=MONTHS_EXTENDED)
        columns: dict[str, Any] = {"extended_until": until, "extension_reason": reason.strip(), "warnings_given": 0}
        PrivacyRequest.objects.filter(pk=request.pk).update(**columns)
        record("privacy_request.extended", request, actor=actor, changes={"until": until.isoformat()})
    request.refresh_from_db()
