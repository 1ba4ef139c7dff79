"""What people cause in accounts that are not in scope just then."""

from uuid import UUID

from steward.events.actions import record
from steward.jobs import installation_task
from steward.lib.actor import Actor, ActorKind
from steward.people.models import Membership
from steward.tenancy.scope import upkeep_scope


@installation_task("people.note_ended_sessions")
def note_ended_sessions(*, account: str, users: list[str], by: str) -> None:
    """Note in an account that sessions of its members were ended from elsewhere. Who did it is theirs to know there."""
    with upkeep_scope(UUID(account)):
        members = {str(each.user_id): each for each in Membership.objects.filter(user_id__in=users)}
        for user in users:
            if user in members:
                record("session.ended", members[user], actor=Actor(ActorKind(by)))
