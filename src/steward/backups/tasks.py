"""Writing into the ledger what has to survive a restore."""

from uuid import UUID

from steward.backups.marketing import note_taken_back
from steward.backups.stops import note_stop
from steward.jobs import installation_task, task


@task("ledger.stop", in_scope=False)
def note(account_id: UUID, *, event: str) -> None:
    """Something is not to leave any more, or may again; tried again until it is written down."""
    note_stop(account_id, UUID(event))


@installation_task("ledger.marketing")
def note_withdrawal(*, consent: str) -> None:
    """Somebody is not to be written to any more; tried again until it is written down."""
    note_taken_back(UUID(consent))
