"""Delivering mail later."""

from datetime import datetime
from uuid import UUID

from steward.jobs import enqueue, task
from steward.outbox import delivery


@task("outbox.deliver", queue="mail", in_scope=False)
def deliver(account_id: UUID, *, mail: str) -> None:
    """Try to hand one mail over; a temporary refusal queues the next try."""
    delivery.attempt(account_id, UUID(mail), again=_again)


def _again(mail_id: UUID, at: datetime) -> None:
    enqueue(deliver, at=at, mail=mail_id)
