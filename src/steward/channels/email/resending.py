"""Sending an answer again by hand, whatever kept it."""

from steward.channels.email.tasks import send
from steward.jobs import enqueue
from steward.outbox.actions import send_again
from steward.tickets.models import Message


def resend(message: Message) -> None:
    """Try an outgoing message once more: its mail when there is one, else the making of it. One that left stays."""
    if message.outgoing is not None:
        send_again(message.outgoing)
    else:
        enqueue(send, message=message.id)
