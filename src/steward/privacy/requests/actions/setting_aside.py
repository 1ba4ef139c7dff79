"""What was taken for a request and is none: at a privacy address there is spam, too."""

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import S, WrongState, move


def set_aside(request: PrivacyRequest, *, actor: Actor) -> None:
    """It is no request: no clock runs, nobody is answered. Raises `WrongState` once it is made sure who asks."""
    at = now()
    with transaction.atomic():
        move(request, S.NOT_ONE, answered_at=at, closed_at=at)
        record("privacy_request.set_aside", request, actor=actor)


def take_up_again(request: PrivacyRequest, *, actor: Actor) -> None:
    """It is one after all; its month has run since it arrived. Raises `WrongState`."""
    with transaction.atomic():
        aside = PrivacyRequest.objects.filter(pk=request.pk, state=S.NOT_ONE)
        if not aside.update(state=S.RECEIVED, answered_at=None, closed_at=None):
            raise WrongState(f"{request.pk} was not set aside")
        record("privacy_request.taken_up", request, actor=actor)
    request.refresh_from_db()
