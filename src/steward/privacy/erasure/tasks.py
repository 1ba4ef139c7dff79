"""Erasing in the background."""

from uuid import UUID

from steward.jobs import task
from steward.privacy.erasure.actions.counting import count_erasure
from steward.privacy.erasure.actions.running import run_erasure


@task("erasure.count", in_scope=False)
def count(account_id: UUID, *, erasure: str) -> None:
    """Count what would go; tried again from the beginning."""
    count_erasure(account_id, UUID(erasure))


@task("erasure.run", in_scope=False)
def run(account_id: UUID, *, erasure: str) -> None:
    """Carry one erasure out; tried again until it is done or has failed, going on where it stopped."""
    run_erasure(account_id, UUID(erasure))
