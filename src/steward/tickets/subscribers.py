"""What tickets do when something happens elsewhere."""

from collections.abc import Sequence
from uuid import UUID

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import Actor, ActorKind
from steward.tickets.actions.handing_over import (
    hand_over_tickets,
    let_go_of_unsolvable_tickets,
    move_tickets,
)


@subscribe("department.archived")
def move_on(events: Sequence[Event]) -> None:
    """What can still live in a department that is archived goes where the event says."""
    for event in events:
        move_tickets(event.object_id, UUID(_told(event)["to"]), actor=_actor(event))


@subscribe("member.removed")
def give_to_others(events: Sequence[Event]) -> None:
    """The tickets of somebody who leaves go to whom the event names, or to nobody."""
    for event in events:
        to = _told(event)["tickets_to"]
        hand_over_tickets(event.object_id, UUID(to) if to else None, actor=_actor(event))


@subscribe("member.role_changed")
def check_what_a_member_has(events: Sequence[Event]) -> None:
    """Who may solve no more in some department lets go of its tickets."""
    for event in events:
        let_go_of_unsolvable_tickets(event.object_id, actor=_actor(event))


@subscribe("department.joined", "department.left")
def check_what_a_colleague_has(events: Sequence[Event]) -> None:
    """The same for a role in one department."""
    for event in events:
        let_go_of_unsolvable_tickets(UUID(_told(event)["membership"]), actor=_actor(event))


def _told(event: Event) -> dict[str, str]:
    return event.changes or {}


def _actor(event: Event) -> Actor:
    return Actor(ActorKind(event.actor_kind), event.actor_id)
