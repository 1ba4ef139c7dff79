"""Making archives in the background."""

from datetime import timedelta
from uuid import UUID

from steward.jobs import enqueue, task
from steward.lib.clock import now
from steward.privacy.exports.building import run_export
from steward.privacy.exports.withdrawing import is_erasing
from steward.tenancy.scope import account_scope

_PAUSE = timedelta(seconds=30)


@task("exports.make", in_scope=False)
def make(account_id: UUID, *, export: str) -> None:
    """Make one archive; tried again from the beginning until it is made.

    Not while something is being erased, for an hour at most: the archive would have it still.
    """
    with account_scope(account_id):
        if is_erasing():
            enqueue(make, at=now() + _PAUSE, export=export)
            return
    run_export(account_id, UUID(export))
