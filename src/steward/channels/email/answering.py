"""Automatic answers: to a new matter, once per correspondent and day, never to a machine (RFC 3834)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from steward.channels.email.addressing import addresses_for
from steward.channels.email.composing import Letter, compose
from steward.channels.email.correspondents import hashed
from steward.channels.email.mail_templates import Kind, Wordings
from steward.channels.email.models import MailAccount
from steward.channels.email.privacy_addresses import PRIVACY_ADDRESS
from steward.channels.email.recipients import base_address
from steward.channels.email.wording import filled, laid_out, on_one_line, spoken
from steward.contacts.actions import fold_email
from steward.contacts.restriction import restricted_behind
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.outbox.actions import NewMail, put_in_outbox
from steward.tenancy.scope import current_account_id
from steward.tickets.models import Message, Participant
from steward.tickets.restriction import restricted_tickets
from steward.tickets.statuses import Status

_REMEMBER = """
INSERT INTO email_automaticanswer (id, account_id, correspondent, "on")
SELECT id, %s, correspondent, %s FROM unnest(%s::uuid[], %s::bytea[]) AS new (id, correspondent)
ON CONFLICT DO NOTHING RETURNING correspondent
"""


def is_wanted() -> bool:
    """Whether any department answers automatically."""
    return bool(MailAccount.objects.filter(answers_automatically=True).exists())


def answer(message_ids: Sequence[UUID]) -> None:
    """Tell those who opened a ticket with these messages that it has come in."""
    on = MailAccount.objects.filter(answers_automatically=True).select_related("smtp")
    answering = {mail_account.department_id: mail_account for mail_account in on}
    if not answering:
        return
    messages = _unrestricted(_answerable(message_ids, list(answering)))
    openers = _not_yet_answered_today(messages)
    requesters = Participant.objects.filter(ticket__in=[m.ticket_id for m in openers], is_requester=True)
    parts = {part.ticket_id: part for part in requesters.select_related("contact")}
    wordings = Wordings()
    put_in_outbox(
        _answer_to(message, parts[message.ticket_id], answering[message.ticket.department_id], wordings)
        for message in openers
        if message.ticket_id in parts
    )


def _answerable(message_ids: Sequence[UUID], departments: list[UUID]) -> list[Message]:
    """First messages by people whose address was not found to be forged."""
    earlier = Message.objects.filter(ticket=OuterRef("ticket"), id__lt=OuterRef("id"))
    messages = Message.objects.filter(
        ~Exists(earlier),
        ~Q(findings__automatic="own_mark"),
        pk__in=message_ids,
        is_automatic=False,
        is_verified=True,
        ticket__status=Status.NEW,
        ticket__department__in=departments,
    )
    # Else two departments, or a forger who writes in our name, would have us thank ourselves.
    ours = set(MailAccount.objects.values_list("address", flat=True))
    found = (
        messages.filter(sender_email__contains="@").select_related("ticket__department").defer("body_html", "body_text")
    )
    return [message for message in found if base_address(message.sender_email) not in ours]


def _unrestricted(messages: Sequence[Message]) -> list[Message]:
    """Whose data are only kept gets no automatic answer, and no ticket of theirs causes one (GDPR article 18)."""
    silent = restricted_behind(message.sender_email for message in messages)
    kept = restricted_tickets(message.ticket_id for message in messages)
    return [each for each in messages if fold_email(each.sender_email) not in silent and each.ticket_id not in kept]


def _not_yet_answered_today(messages: Sequence[Message]) -> list[Message]:
    by_correspondent = {hashed(message.sender_email): message for message in messages}
    if not by_correspondent:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _REMEMBER,
            [current_account_id(), now().date(), [new_id() for _m in by_correspondent], list(by_correspondent)],
        )
        return [by_correspondent[bytes(row[0])] for row in cursor.fetchall()]


def _answer_to(message: Message, participant: Participant, mail_account: MailAccount, wordings: Wordings) -> NewMail:
    addresses = addresses_for(participant, message.sender_email, mail_account, new_id())
    subject, text = _words(message, participant, mail_account, wordings)
    values = _values(message, wordings)
    html, pictures = wordings.worn(laid_out(text, values, {}))
    letter = Letter(
        sender=(mail_account.name, mail_account.address),
        to=[(message.sender_name, message.sender_email)],
        subject=filled(subject, values, said=on_one_line),
        text=filled(text, values),
        html=html,
        at=now(),
        message_id=addresses.message_id,
        mark=str(message.account_id),
        reply_to=addresses.reply_to,
        in_reply_to=message.internet_id,
        inline=pictures,
        is_automatic=True,
    )
    # The null sender: whatever becomes of an automatic answer, nobody writes back to it (RFC 3834 section 3.3).
    to, content = (message.sender_email,), compose(letter)
    sent = NewMail("automatic answer", addresses.message_id, "", to, content, mail_account.smtp)
    return replace(sent, about=message.ticket_id)


def _words(
    message: Message, participant: Participant, mail_account: MailAccount, wordings: Wordings
) -> tuple[str, str]:
    """Subject and text: whoever asks for a right over their data is told that this was understood."""
    if message.findings.get(PRIVACY_ADDRESS):
        words = wordings.towards(Kind.PRIVACY, participant.contact, written_in=message.language)
        return words.subject, words.body
    words = wordings.towards(Kind.AUTOMATIC, participant.contact)
    return mail_account.automatic_subject or words.subject, mail_account.automatic_text or words.body


def _values(message: Message, wordings: Wordings) -> dict[str, str]:
    return {
        "ticket.code": message.ticket.code,
        "ticket.subject": message.ticket.subject,
        "contact.name": spoken(message.sender_name) or message.sender_email,
        "department.name": message.ticket.department.name,
        "account.name": wordings.name,
    }
