"""Sending an answer again by hand, whatever kept it."""

from django.db import transaction

from steward.channels.email.tasks import send
from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import Actor
from steward.outbox.actions import send_again
from steward.tickets.models import Message


def resend(message: Message, *, actor: Actor) -> None:
    """Try an outgoing message once more: its mail when there is one, else the making of it. One that left stays."""
    if message.outgoing is not None:
        send_again(message.outgoing, actor=actor)
        return
    with transaction.atomic():
        record("message.retried", message.ticket, actor=actor, changes={"message": message.id})
        enqueue(send, message=message.id)
