"""Turning what an agent wrote into a mail: composed from committed rows, stored, then delivered by the outbox."""

from dataclasses import dataclass, replace

from django.db import transaction

from steward.brand.models import Brand
from steward.channels.email.addressing import Addresses, addresses_for, mail_account_for
from steward.channels.email.composing import Enclosure, Letter, compose
from steward.channels.email.languages import language_towards, writing_in
from steward.channels.email.mail_templates import Kind, Wordings
from steward.channels.email.models import MailAccount
from steward.channels.email.quoting import (
    Quoted,
    answer_block,
    as_plain_text,
    signature_block,
    signature_of,
    without_carried_images,
)
from steward.channels.email.wording import laid_out, spoken
from steward.events.actions import record
from steward.files.actions import read_file
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.html import text_to_html
from steward.outbox.actions import NewMail, put_in_outbox
from steward.outbox.forgetting import renew_content
from steward.outbox.models import OutgoingMail, State
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tickets.models import Attachment, Message, Participant, Ticket

TROUBLE = "sending"  # in a message's findings: the code of what keeps its mail from being made
_MOST_REFERENCES = 20


class NoMailAccount(RuntimeError):
    """The account has no address to write from."""


@dataclass(frozen=True, slots=True)
class _Thread:
    """What an outgoing message continues."""

    last: Message | None  # the newest message before it of somebody who is known to take part
    ids: list[str]


def send_message(message: Message) -> None:
    """Compose the mail for an outgoing message and put it into the outbox. One that has its mail gets no second."""
    with transaction.atomic():
        locked = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
        if locked.outgoing_id is not None:
            return
        ticket = Ticket.objects.select_related("department", "requester").get(pk=message.ticket_id)
        mail_account = mail_account_for(ticket)
        if mail_account is None:
            raise NoMailAccount(f"no mail account for {ticket.code}")
        addresses = _addresses(locked, ticket, mail_account)
        content = compose(_letter(locked, ticket, mail_account, addresses))
        [mail] = put_in_outbox([_new_mail(locked, mail_account, addresses, content)])
        findings = {name: found for name, found in locked.findings.items() if name != TROUBLE}
        Message.objects.filter(pk=message.pk).update(
            outgoing=mail, internet_id=addresses.message_id, findings=findings, held=None
        )


def files_in_mail_of(message: Message) -> list[File]:
    """What the mail of a message carries: its attachments, and the picture of the account's brand."""
    logos = File.objects.filter(pk__in=Brand.objects.filter(logo__isnull=False).values("logo"))
    return [a.file for a in Attachment.objects.filter(message=message).select_related("file")] + list(logos)


def renew_mail(message: Message) -> None:
    """Compose the mail of an answer anew, from the words as they are now; it leaves under the same Message-ID.

    A mail that has left meanwhile stays as it went. Raises `NoMailAccount`, and what reading its files raises.
    """
    with transaction.atomic():
        mails = OutgoingMail.objects.select_for_update(no_key=True, of=("self",)).exclude(state=State.SENT)
        mail = mails.filter(pk=message.outgoing_id).first() if message.outgoing_id else None
        if mail is None:
            return
        ticket = Ticket.objects.select_related("department", "requester").get(pk=message.ticket_id)
        mail_account = mail_account_for(ticket)
        if mail_account is None:
            raise NoMailAccount(f"no mail account for {ticket.code}")
        addresses = replace(_addresses(message, ticket, mail_account), message_id=mail.internet_id)
        renew_content(mail, compose(_letter(message, ticket, mail_account, addresses)))


def renew_or_withdraw(message: Message) -> None:
    """The same, but a mail that cannot be made now leaves the outbox, and is made when somebody sends it again."""
    try:
        renew_mail(message)
    except (NoMailAccount, KeyMissing, Tampered, OSError) as error:
        OutgoingMail.objects.filter(pk=message.outgoing_id or message.pk).exclude(state=State.SENT).delete()
        note_trouble(message, error)


def note_trouble(message: Message, error: Exception) -> None:
    """Remember why no mail could be made of a message, for those who wonder where it is; once for all tries."""
    code = "no_mail_account" if isinstance(error, NoMailAccount) else "failed"
    code = "unreadable" if isinstance(error, KeyMissing | Tampered | OSError) else code
    with transaction.atomic():
        locked = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
        if locked.outgoing_id is None and locked.findings.get(TROUBLE) != code:
            Message.objects.filter(pk=message.pk).update(findings=locked.findings | {TROUBLE: code})
            told = {"message": message.id, "reason": code}
            record("message.delayed", locked.ticket, actor=SYSTEM, changes=told)


def _new_mail(message: Message, mail_account: MailAccount, addresses: Addresses, content: bytes) -> NewMail:
    recipients = [*message.recipients.get("to", []), *message.recipients.get("cc", [])]
    return NewMail(
        purpose="answer",
        internet_id=addresses.message_id,
        envelope_from=addresses.envelope_from,
        envelope_to=tuple(dict.fromkeys(person["email"] for person in recipients)),
        content=content,
        connector=mail_account.smtp,
    )


def _addresses(message: Message, ticket: Ticket, mail_account: MailAccount) -> Addresses:
    """Tokens are made for the first addressee who takes part; the requester does in every ticket."""
    first = message.recipients["to"][0]["email"]
    parts = Participant.objects.filter(ticket=ticket)
    participant = parts.filter(contact__addresses__folded=first.lower()).first() or parts.get(is_requester=True)
    return addresses_for(participant, first, mail_account, message.id)


def _letter(message: Message, ticket: Ticket, mail_account: MailAccount, addresses: Addresses) -> Letter:
    thread, wordings = _thread(message, ticket), Wordings()
    words = wordings.towards(Kind.ANSWER if thread.ids or thread.last else Kind.FIRST, ticket.requester)
    quoted = _quoted(thread.last)
    with writing_in(words.language, wordings.account):
        blocks = {
            "answer": answer_block(message.body_html),
            "signature": signature_block(_signature(message, ticket, wordings)),
            "history": quoted.as_html() if quoted else "",
        }
    html = laid_out(words.body, _values(message, ticket, wordings), blocks)
    worn, pictures = wordings.worn(html)
    return Letter(
        sender=(_sender_name(message, mail_account), mail_account.address),
        to=_people(message, "to"),
        cc=_people(message, "cc"),
        subject=_subject(ticket, is_first=not thread.ids),
        text=as_plain_text(html),
        html=worn,
        at=message.at,
        message_id=addresses.message_id,
        mark=str(ticket.account_id),
        reply_to=addresses.reply_to,
        in_reply_to=thread.ids[-1] if thread.ids else "",
        references=thread.ids,
        enclosures=_enclosures(message),
        inline=pictures,
    )


def _values(message: Message, ticket: Ticket, wordings: Wordings) -> dict[str, str]:
    """What stands in the gaps of the frame. The person named is the one it is written to."""
    first = message.recipients["to"][0]
    return {
        "ticket.code": ticket.code,
        "ticket.subject": ticket.subject,
        "contact.name": spoken(first["name"]) or first["email"],
        "agent.name": message.sender_name,
        "department.name": ticket.department.name,
        "account.name": wordings.name,
    }


def _people(message: Message, role: str) -> list[tuple[str, str]]:
    return [(person["name"], person["email"]) for person in message.recipients.get(role, [])]


def _sender_name(message: Message, mail_account: MailAccount) -> str:
    return ", ".join(name for name in (message.sender_name, mail_account.name) if name)


def _subject(ticket: Ticket, *, is_first: bool) -> str:
    if is_first or ticket.subject[:3].lower() == "re:":
        return ticket.subject
    return f"Re: {ticket.subject}"


def _thread(message: Message, ticket: Ticket) -> _Thread:
    before = Message.objects.filter(ticket=ticket, at__lte=message.at).exclude(pk=message.pk).order_by("-at", "-id")
    named = before.exclude(internet_id="").values_list("internet_id", flat=True)
    ids = list(reversed(named[:_MOST_REFERENCES]))
    # A customer who has answered again since: the newest of theirs comes last, and is what is answered to. Never the
    # words of somebody whom nothing proves to belong here: they would go to the customer in our name.
    theirs = before.filter(kind=Message.Kind.INCOMING, is_automatic=False, is_verified=True)
    last = theirs.exclude(findings__has_key="erased").first()  # of whom is erased there is nothing to quote
    if last and last.internet_id:
        ids = [each for each in ids if each != last.internet_id] + [last.internet_id]
    return _Thread(last, ids)


def _quoted(last: Message | None) -> Quoted | None:
    if last is None:
        return None
    body = without_carried_images(last.body_html) if last.is_html else text_to_html(last.body_text)
    return Quoted(last.sender_name or last.sender_email, last.at, body)


def _signature(message: Message, ticket: Ticket, wordings: Wordings) -> str:
    language = language_towards(ticket.requester, wordings.account)
    return signature_of([each for each in (message.author, ticket.department) if each], language)


def _enclosures(message: Message) -> list[Enclosure]:
    attachments = Attachment.objects.filter(message=message).select_related("file").order_by("id")
    return [Enclosure(a.name, a.file.content_type, b"".join(read_file(a.file))) for a in attachments]
