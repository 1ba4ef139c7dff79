"""Work of the e-mail channel that is done later."""

import logging
from collections.abc import Sequence
from uuid import UUID

from steward.channels.email import answering, sending
from steward.files.actions import bring_files
from steward.files.storage import bucket_store
from steward.jobs import enqueue_many, task
from steward.tenancy.scope import account_scope
from steward.tickets.models import Message

logger = logging.getLogger(__name__)


@task("email.send", queue="mail", in_scope=False)
def send(account_id: UUID, *, message: str) -> None:
    """Compose the mail for an outgoing message. What keeps it from being made is noted, and it is tried again."""
    with account_scope(account_id):
        found = Message.objects.filter(pk=message).first()
        files = sending.files_in_mail_of(found) if found and bucket_store() else []
    if found is None:
        return
    try:
        bring_files(files)
        with account_scope(account_id):
            sending.send_message(found)
    except Exception as error:
        with account_scope(account_id):
            sending.note_trouble(found, error)
        raise


@task("email.answer", queue="mail", priority=1, in_scope=False)  # before deliveries: people wait for it
def answer(account_id: UUID, *, messages: Sequence[str]) -> None:
    """Answer automatically those who opened tickets with these messages; if that fails, each by a job of its own."""
    try:
        with account_scope(account_id):
            answering.answer([UUID(each) for each in messages])
    except Exception:
        if len(messages) == 1:
            raise
        logger.warning("%d automatic answers failed together, going on one by one", len(messages), exc_info=True)
        with account_scope(account_id):
            enqueue_many(answer, [{"messages": [each]} for each in messages])
