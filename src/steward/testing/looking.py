"""Questions to an installation, answered in a process of its own: `python -m steward.testing.looking`.

One JSON line in, `[function, arguments, keywords]`; one out, `{"is": ...}` or `{"failed": ...}`.
"""

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from steward.project.starting import start_django

if __name__ == "__main__":
    start_django()

from steward.channels.email.models import AutomaticAnswer, MailAccount, MailboxPosition, RawMail
from steward.events.models import Event
from steward.outbox.models import OutgoingMail
from steward.people.models import Department, Membership
from steward.privacy.egress.models import EgressEvent
from steward.privacy.keys.cipher import decrypt
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.models import Attachment, Message, Participant, Ticket

Answer = Any


def messages(slug: str, subject: str) -> list[dict[str, Answer]]:
    """The messages of the tickets with these words in their subject, oldest first, with what became of their mails."""
    with _account(slug):
        found = Message.objects.filter(ticket__subject__contains=subject)
        return [_message(message) for message in found.select_related("ticket", "outgoing").order_by("at", "id")]


def raw_mails(slug: str, subject: str = "") -> list[dict[str, Answer]]:
    """What is in the spool, oldest first; with `subject` only what became a message of such a ticket."""
    with _account(slug):
        found = RawMail.objects.order_by("id")
        if subject:
            found = found.filter(message__ticket__subject__contains=subject)
        return [dict(row) for row in found.values("source", "state", "size", "envelope_from", "envelope_to", "client")]


def outgoing(slug: str, purpose: str = "") -> list[dict[str, Answer]]:
    """The outbox, oldest first; with `purpose` only such mail."""
    with _account(slug):
        found = OutgoingMail.objects.order_by("id")
        return [_mail(mail) for mail in (found.filter(purpose=purpose) if purpose else found)]


def ledger(slug: str) -> list[list[Answer]]:
    """Every connection that was decided on: traffic, purpose, host, port, whether allowed, why."""
    with _account(slug):
        rows = EgressEvent.objects.order_by("id")
        return [
            list(row) for row in rows.values_list("traffic", "purpose", "host", "port", "is_allowed", "reason_code")
        ]


def events(slug: str, code: str) -> list[str]:
    """The kinds of the events of a ticket, in order."""
    with _account(slug):
        ticket = Ticket.objects.get(code=code)
        return list(Event.objects.filter(object_id=ticket.pk).order_by("position").values_list("kind", flat=True))


def participants(slug: str, code: str) -> list[list[Answer]]:
    """Who takes part in a ticket: name, whether the requester, whether verified."""
    with _account(slug):
        rows = Participant.objects.filter(ticket__code=code).order_by("id")
        return [list(row) for row in rows.values_list("contact__name", "is_requester", "is_verified")]


def mailbox_failures(slug: str) -> dict[str, str]:
    """Which mailboxes cannot be read, and why."""
    with _account(slug):
        rows = MailboxPosition.objects.exclude(failing_since=None)
        return dict(rows.values_list("mail_account__address", "failure"))


def answer_automatically(slug: str, address: str, is_wanted: bool) -> None:
    """Have an address thank everybody who writes to it, or not."""
    with _account(slug):
        MailAccount.objects.filter(address=address).update(answers_automatically=is_wanted)


def automatic_answers(slug: str) -> int:
    """How many people were thanked."""
    with _account(slug):
        return AutomaticAnswer.objects.count()


def add_department(slug: str, name: str, *, signature: str = "") -> None:
    """One more department."""
    with _account(slug):
        Department.objects.update_or_create(name=name, defaults={"signature": signature})


def departments(slug: str) -> dict[str, str]:
    """The ids of the departments by their names."""
    with _account(slug):
        return {name: str(pk) for name, pk in Department.objects.values_list("name", "id")}


def sign(slug: str, name: str, *, signature: str) -> None:
    """Give a member a signature."""
    with _account(slug):
        Membership.objects.filter(name=name).update(signature=signature)


def _account(slug: str) -> Any:
    return account_scope(Account.objects.get(slug=slug).pk)


def _message(message: Message) -> dict[str, Answer]:
    attached = Attachment.objects.filter(message=message).select_related("file").order_by("id")
    shown: dict[str, Answer] = {
        "id": str(message.pk),
        "code": message.ticket.code,
        "subject": message.ticket.subject,
        "status": message.ticket.status,
        "department": str(message.ticket.department_id),
        "kind": message.kind,
        "sender": message.sender_email,
        "text": message.body_text,
        "html": message.body_html,
        "recipients": message.recipients,
        "is_automatic": message.is_automatic,
        "is_verified": message.is_verified,
        "findings": message.findings,
        "internet_id": message.internet_id,
        "attachments": [[each.name, each.file.content_type, each.file.size] for each in attached],
    }
    return shown | (_mail(message.outgoing) if message.outgoing else {})


def _mail(mail: OutgoingMail) -> dict[str, Answer]:
    content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
    return {
        "state": mail.state,
        "reason": mail.reason,
        "words": mail.server_words,
        "attempts": mail.attempts,
        "envelope_from": mail.envelope_from,
        "envelope_to": mail.envelope_to,
        "mail_id": mail.internet_id,
        "raw": content.decode("ascii", "replace"),
    }


def _answer(line: str) -> dict[str, Answer]:
    name, arguments, keywords = json.loads(line)
    function: Callable[..., Answer] = globals()[name]
    try:
        return {"is": function(*arguments, **keywords)}
    except Exception:
        return {"failed": traceback.format_exc()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_answer(line), default=str), flush=True)
