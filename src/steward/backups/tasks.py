"""Writing into the ledger what has to survive a restore."""

from uuid import UUID

from steward.backups.stops import note_stop
from steward.jobs import task


@task("ledger.stop", in_scope=False)
def note(account_id: UUID, *, event: str) -> None:
    """Something is not to leave any more, or may again; tried again until it is written down."""
    note_stop(account_id, UUID(event))
