"""Telling, done later."""

from datetime import datetime
from uuid import UUID

from steward.jobs import enqueue, task
from steward.notifications import mailing, telling


@task("notifications.tell")
def tell(account_id: UUID) -> None:
    """Go through the events since the last time. What is more than one batch is left to another job."""
    has_more = telling.tell_of_new_events(plan=_plan)
    if has_more:
        enqueue(tell)


@task("notifications.mail", queue="mail")
def mail(account_id: UUID, *, recipient: str) -> None:
    """Mail to one person what is due."""
    mailing.mail_what_is_due(UUID(recipient), plan=_plan)


def _plan(recipient_id: UUID, at: datetime) -> None:
    enqueue(mail, at=at, recipient=recipient_id)
