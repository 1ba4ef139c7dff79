"""A request that must not go on: a legal hold keeps what it is about (article 17(3), 18(1)(b) and (c))."""

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import S, WrongState, follows


def hold(request: PrivacyRequest, *, words: str, actor: Actor) -> None:
    """Stop before anything is done, and say why. The clock runs on. Raises `ValueError` without words, `WrongState`."""
    if not words.strip():
        raise ValueError("a hold is explained")
    with transaction.atomic():
        before = _locked(request).state
        if not follows(request.type, before, S.ON_HOLD):
            raise WrongState(f"{request.pk} is {before}")
        PrivacyRequest.objects.filter(pk=request.pk).update(
            state=S.ON_HOLD, state_before=before, hold_words=words.strip()
        )
        record("privacy_request.held", request, actor=actor, changes={"from": before})
    request.refresh_from_db()


def release(request: PrivacyRequest, *, actor: Actor) -> None:
    """Let it go on where it was. Raises `WrongState`."""
    with transaction.atomic():
        locked = _locked(request)
        if locked.state != S.ON_HOLD:
            raise WrongState(f"{request.pk} is {locked.state}")
        PrivacyRequest.objects.filter(pk=request.pk).update(state=locked.state_before, state_before="", hold_words="")
        record("privacy_request.released", request, actor=actor, changes={"to": locked.state_before})
    request.refresh_from_db()


def _locked(request: PrivacyRequest) -> PrivacyRequest:
    return PrivacyRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)
