"""What becomes due while nobody looks."""

from datetime import timedelta
from uuid import UUID

from steward.jobs import enqueue, task
from steward.lib.clock import now
from steward.privacy.support_access.actions import end_due_grants
from steward.privacy.support_access.models import SupportGrant
from steward.tenancy.scope import upkeep_scope

_AGAIN = timedelta(seconds=30)


@task("support_access.end", in_scope=False)
def end(account_id: UUID, *, grant: str) -> None:
    """A grant is over. It opened nothing since, whenever this runs; now its owners are told what was read."""
    with upkeep_scope(account_id):
        end_due_grants()
        # The clock of the queue is the database's, and may be ahead of ours.
        if SupportGrant.objects.filter(pk=grant, state=SupportGrant.State.GRANTED).exists():
            enqueue(end, at=now() + _AGAIN, grant=grant)
