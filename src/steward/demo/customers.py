"""Mail as customers write it, and handing it in: to the spool, as the SMTP listener does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from uuid import uuid4

from django.utils.html import escape

from steward.channels.email.models import RawMail
from steward.channels.email.recipients import account_for
from steward.channels.email.spool import Spooled, store
from steward.demo.outbox import KeptMail
from steward.lib.clock import now


class NobodyThere(ValueError):
    """No account receives mail for the address."""


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """A file a customer sends; with `content_id` it is a picture inside the HTML."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class CustomerMail:
    """What a customer writes. `in_reply_to` and `references` are Message-IDs with their angle brackets."""

    sender: tuple[str, str]  # name, address
    to: str
    subject: str
    text: str
    html: str = ""
    cc: Sequence[str] = ()
    in_reply_to: str = ""
    references: str = ""
    files: Sequence[CustomerFile] = ()
    headers: Sequence[tuple[str, str]] = ()


def built(mail: CustomerMail) -> bytes:
    """The bytes of the mail (RFC 5322, MIME), dated now."""
    message = EmailMessage(policy=SMTP)
    name, address = mail.sender
    message["From"] = formataddr((_line(name), _line(address)))
    message["To"] = _line(mail.to)
    if mail.cc:
        message["Cc"] = ", ".join(_line(person) for person in mail.cc)
    message["Subject"] = _line(mail.subject)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2] or "customer.example")
    if mail.in_reply_to:
        message["In-Reply-To"] = _line(mail.in_reply_to)
        message["References"] = _line(f"{mail.references} {mail.in_reply_to}")
    for header, value in mail.headers:
        message[header] = value
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    _enclose(message, mail)
    return message.as_bytes()


def _enclose(message: EmailMessage, mail: CustomerMail) -> None:
    for file in mail.files:
        main, _, sub = file.content_type.partition("/")
        if file.content_id:
            target = message.get_body(("html",)) or message
            target.add_related(file.content, main, sub, cid=f"<{file.content_id}>", filename=file.name)
        else:
            message.add_attachment(file.content, maintype=main, subtype=sub or "octet-stream", filename=file.name)


def hand_in(mail: CustomerMail) -> bytes:
    """Spool the mail; it becomes a ticket message like any other. Returns its bytes. Raises `NobodyThere`."""
    recipient = account_for(mail.to)
    if recipient is None:
        raise NobodyThere(mail.to)
    raw = built(mail)
    spooled = Spooled(
        source=RawMail.Source.DEMO,
        source_key=uuid4().hex,
        account_id=recipient.account.id,
        envelope_from=mail.sender[1],
        envelope_to=(mail.to,),
        client={},
        raw=raw,
    )
    store([spooled])
    return raw


def answer_to(
    kept: KeptMail, *, sender: tuple[str, str], text: str, html: str = "", files: Sequence[CustomerFile] = ()
) -> CustomerMail:
    """A customer's answer to a mail of the outbox: threaded and quoted as mail clients do it."""
    [(_, to), *_more] = kept.people("reply-to") or kept.people("from")
    quoted = "\n".join(f"> {line}".rstrip() for line in kept.text.splitlines())
    by = kept.people("from")[0][0] or to
    line = f"On {kept.at:%d %b %Y at %H:%M}, {by} wrote:"
    subject = kept.subject if kept.subject[:3].lower() == "re:" else f"Re: {kept.subject}"
    return CustomerMail(
        sender=sender,
        to=to,
        subject=subject,
        text=f"{text.rstrip()}\n\n{line}\n{quoted}\n",
        html=f'{html}<div class="gmail_quote"><div>{escape(line)}</div><blockquote>{kept.html}</blockquote></div>'
        if html
        else "",
        in_reply_to=kept.header("message-id"),
        references=kept.header("references"),
        files=files,
    )


def _line(text: str) -> str:
    return " ".join(text.split())
