"""Work of the e-mail channel that is done later."""

from uuid import UUID

from steward.channels.email import sending
from steward.jobs import task
from steward.tickets.models import Message


@task("email.send", queue="mail")
def send(account_id: UUID, *, message: str) -> None:
    """Compose the mail for an outgoing message."""
    found = Message.objects.filter(pk=message).first()
    if found is not None:
        sending.send_message(found)
