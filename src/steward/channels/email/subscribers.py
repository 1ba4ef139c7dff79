"""What the e-mail channel does when something happens in tickets."""

from collections.abc import Sequence

from steward.channels.email import answering
from steward.channels.email.tasks import answer, send
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue, enqueue_many


@subscribe("message.sent")
def send_mail(events: Sequence[Event]) -> None:
    """An answer was written: its mail is composed and sent once that is committed."""
    enqueue_many(send, [{"message": (event.changes or {})["message"]} for event in events])


@subscribe("message.received")
def answer_automatically(events: Sequence[Event]) -> None:
    """A new matter came in: say that it did, where the account wants that.

    By a job, for nothing about an answer may keep a mail from becoming a ticket.
    """
    said = [event.changes or {} for event in events]
    messages = [str(each["message"]) for each in said if "automatic" not in each]
    if messages and answering.is_wanted():
        enqueue(answer, messages=messages)
