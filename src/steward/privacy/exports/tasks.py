"""Making archives in the background."""

from datetime import timedelta
from uuid import UUID

from steward.jobs import enqueue, task
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.exports.building import run_export
from steward.tenancy.scope import account_scope

_WAITED_FOR, _PAUSE = timedelta(hours=1), timedelta(seconds=30)


@task("exports.make", in_scope=False)
def make(account_id: UUID, *, export: str) -> None:
    """Make one archive; tried again from the beginning until it is made.

    Not while something is being erased, for an hour at most: the archive would have it still.
    """
    with account_scope(account_id):
        begun = Erasure.objects.filter(state=Erasure.State.RUNNING, started_at__gt=now() - _WAITED_FOR)
        # True: only copies in mailboxes are left of it.
        if any(is_taken is not True for is_taken in begun.values_list("extent__taken", flat=True)):
            enqueue(make, at=now() + _PAUSE, export=export)
            return
    run_export(account_id, UUID(export))
