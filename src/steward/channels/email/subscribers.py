"""What the e-mail channel does when something happens in tickets."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from steward.channels.email import answering, recipients
from steward.channels.email.inviting import mail_invitation
from steward.channels.email.models import MailAccount
from steward.channels.email.raw import empty_raw_mails, raw_mails_of
from steward.channels.email.sending import renew_or_withdraw
from steward.channels.email.tasks import answer, send
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue, enqueue_many
from steward.outbox.models import State
from steward.people.models import Invitation
from steward.tickets.models import Message


@subscribe("message.sent")
def send_mail(events: Sequence[Event]) -> None:
    """An answer was written: its mail is composed and sent once that is committed, or once it is held no more."""
    due: dict[str, list[dict[str, str]]] = {}
    for event in events:
        told = event.changes or {}
        due.setdefault(told.get("held_until", ""), []).append({"message": told["message"]})
    for until, messages in due.items():
        enqueue_many(send, messages, at=datetime.fromisoformat(until) if until else None)


@subscribe("message.received")
def answer_automatically(events: Sequence[Event]) -> None:
    """A new matter came in: say that it did, where the account wants that.

    By a job, for nothing about an answer may keep a mail from becoming a ticket.
    """
    said = [event.changes or {} for event in events]
    messages = [str(each["message"]) for each in said if "automatic" not in each]
    if messages and answering.is_wanted():
        enqueue(answer, messages=messages)


@subscribe("invitation.sent", "invitation.sent_again")
def mail_invitations(events: Sequence[Event]) -> None:
    """Somebody is invited: the mail is stored with the invitation, or neither is."""
    for event in events:
        mail_invitation(Invitation.objects.select_related("invited_by").get(pk=event.object_id))


@subscribe("department.archived")
def move_addresses(events: Sequence[Event]) -> None:
    """What is written to the addresses of an archived department comes where its tickets went."""
    for event in events:
        MailAccount.objects.filter(department=event.object_id).update(department=UUID((event.changes or {})["to"]))
    recipients.forget()


@subscribe("message.files_removed")
def forget_mails_with_files(events: Sequence[Event]) -> None:
    """Files were taken out of messages: the mails that brought them hold them, too."""
    empty_raw_mails(raw_mails_of([UUID((event.changes or {})["message"]) for event in events]))


@subscribe("message.redacted")
def make_unsent_mails_anew(events: Sequence[Event]) -> None:
    """Words became unreadable: mails that still have to leave may quote them, or have them in their subject."""
    for event in events:
        answers = Message.objects.filter(ticket=event.object_id, outgoing__isnull=False)
        unsent = answers.exclude(outgoing__state=State.SENT).select_related("outgoing").order_by("at")
        for message in list(unsent):
            renew_or_withdraw(message)
