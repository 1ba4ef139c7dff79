"""Making copies in the background."""

from datetime import timedelta
from uuid import UUID

from steward.jobs import enqueue, task
from steward.lib.clock import now
from steward.privacy.takeout.running import Erasing, run_copy
from steward.tenancy.scope import upkeep_scope

_PAUSE = timedelta(seconds=30)


@task("takeout.make", in_scope=False)
def make(account_id: UUID, *, copy: str) -> None:
    """Make one; tried again from the beginning until it is made. Not while somebody is being erased."""
    try:
        run_copy(account_id, UUID(copy))
    except Erasing:
        with upkeep_scope(account_id):
            enqueue(make, at=now() + _PAUSE, copy=copy)
