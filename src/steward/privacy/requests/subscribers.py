"""A request to be erased goes on with the erasure that carries it out; mails are looked at for requests."""

from collections.abc import Sequence
from uuid import UUID

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue
from steward.lib.actor import Actor, ActorKind
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.models import Erasure
from steward.privacy.requests.actions.carrying_out import OVERTAKEN, advance, overtake
from steward.privacy.requests.actions.erasing_persons import READY
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import S, Type, follows
from steward.privacy.requests.tasks import look

# What each event of an erasure takes its request through.
_WAY = {
    "erasure.started": (S.PLANNED, S.RUNNING),
    "erasure.completed": (S.VERIFYING_ABSENCE, S.LIVE_DONE, S.BACKUPS_EXPIRING),
    "erasure.failed": (S.FAILED,),
}


@subscribe(*_WAY)
def follow_erasures(events: Sequence[Event]) -> None:
    """In the transaction of the event. A request that was closed meanwhile stays where it is; one that is held or not
    decided stays until its person is gone all the same.
    """
    for event in events:
        if event.kind == "erasure.started":
            _take_over(event.object_id)
        actor = Actor(ActorKind(event.actor_kind), event.actor_id)
        # What asks for something else by now goes its own way.
        for request in PrivacyRequest.objects.filter(erasure_id=event.object_id, type=Type.ERASE):
            if event.kind == "erasure.completed" and request.state in OVERTAKEN:
                overtake(request, actor=actor)
            for state in _WAY[event.kind]:
                if follows(request.type, request.state, state):
                    advance(request, state, actor=actor)


def _take_over(erasure_id: UUID) -> None:
    """Whichever of several plans is ordered, and whatever it was made for: with the person the requests lose whom they
    are about, and none of them could be carried out, answered or closed any more.
    """
    extent = read(Erasure.objects.get(pk=erasure_id).extent or {})
    if extent.contacts:
        theirs = PrivacyRequest.objects.filter(type=Type.ERASE, subject__in=extent.contacts)
        theirs.filter(state__in=(*READY, *OVERTAKEN)).update(erasure_id=erasure_id)


@subscribe("erasure.dropped")
def forget_plans(events: Sequence[Event]) -> None:
    """A plan that nobody ordered is gone: another one can be made."""
    PrivacyRequest.objects.filter(erasure_id__in=[event.object_id for event in events]).update(erasure_id=None)


@subscribe("message.received")
def look_at_mails_later(events: Sequence[Event]) -> None:
    """By a job: nothing about a request may keep a mail from becoming a ticket. What no human wrote asks for none."""
    said = [event.changes or {} for event in events]
    if messages := [str(each["message"]) for each in said if "automatic" not in each]:
        enqueue(look, messages=messages)
