"""A request to be erased goes on with the erasure that carries it out."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import Actor, ActorKind
from steward.privacy.requests.actions.carrying_out import advance
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import S, follows

# What each event of an erasure takes its request through.
_WAY = {
    "erasure.started": (S.PLANNED, S.RUNNING),
    "erasure.completed": (S.VERIFYING_ABSENCE, S.LIVE_DONE, S.BACKUPS_EXPIRING),
    "erasure.failed": (S.FAILED,),
}


@subscribe(*_WAY)
def follow_erasures(events: Sequence[Event]) -> None:
    """In the transaction of the event. A request that was held or closed meanwhile stays where it is."""
    for event in events:
        for request in PrivacyRequest.objects.filter(erasure_id=event.object_id):
            for state in _WAY[event.kind]:
                if follows(request.type, request.state, state):
                    advance(request, state, actor=Actor(ActorKind(event.actor_kind), event.actor_id))


@subscribe("erasure.dropped")
def forget_plans(events: Sequence[Event]) -> None:
    """A plan that nobody ordered is gone: another one can be made."""
    PrivacyRequest.objects.filter(erasure_id__in=[event.object_id for event in events]).update(erasure_id=None)
