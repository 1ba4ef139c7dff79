"""Making archives in the background."""

from uuid import UUID

from steward.jobs import task
from steward.privacy.exports.building import run_export


@task("exports.make", in_scope=False)
def make(account_id: UUID, *, export: str) -> None:
    """Make one archive; tried again from the beginning until it is made."""
    run_export(account_id, UUID(export))
