"""Delivering mail later."""

from datetime import datetime
from uuid import UUID

from steward.jobs import enqueue, enqueue_for_installation, installation_task, task
from steward.outbox import delivery, installation_delivery


@task("outbox.deliver", queue="mail", in_scope=False)
def deliver(account_id: UUID, *, mail: str, due: str = "") -> None:
    """Try to hand one mail over; a temporary refusal queues the next try.

    `due` is the `next_attempt_at` the job was queued for. When the mail has another one meanwhile, another job was
    queued for that, and this one does nothing: a mail has one chain of tries, however often it is sent by hand.
    """
    delivery.attempt(account_id, UUID(mail), again=_again, due=datetime.fromisoformat(due) if due else None)


def _again(mail_id: UUID, at: datetime) -> None:
    enqueue(deliver, at=at, mail=mail_id, due=at.isoformat())


@installation_task("outbox.deliver_for_installation", queue="mail", priority=1)
def deliver_for_installation(*, mail: str, due: str = "") -> None:
    """The same for a mail that belongs to no account. Somebody waits for it in front of a page."""
    installation_delivery.attempt(
        UUID(mail), again=_again_for_installation, due=datetime.fromisoformat(due) if due else None
    )


def _again_for_installation(mail_id: UUID, at: datetime) -> None:
    enqueue_for_installation(deliver_for_installation, at=at, mail=mail_id, due=at.isoformat())
