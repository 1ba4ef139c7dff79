"""Mails as customers write them, the way they take, and the mails that answer them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

from steward.channels.email.models import Arrival, MailAccount, RawMail
from steward.channels.email.parsing import parse_mail
from steward.channels.email.receiving import receive_waiting
from steward.channels.email.spool import Spooled, store
from steward.outbox.models import OutgoingMail
from steward.privacy.keys.cipher import decrypt
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.tickets.models import Message

ELI = "Eli Berg <eli@example.org>"


def written(
    to: str,
    *,
    sender: str = ELI,
    subject: str = "Where is my order?",
    text: str = "It should have come on Friday.",
    html: str = "",
    message_id: str = "",
    in_reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of one mail. Ids are given without angle brackets; `headers` are added as they are."""
    head = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Message-ID": f"<{message_id or uuid4().hex + '@example.org'}>",
    }
    head |= {"In-Reply-To": f"<{in_reply_to}>", "References": f"<{in_reply_to}>"} if in_reply_to else {}
    head |= {"Date": "Mon, 05 Jan 2026 10:00:00 +0000", "MIME-Version": "1.0"}
    head |= {"Content-Type": f"text/{'html' if html else 'plain'}; charset=utf-8"} | dict(headers or {})
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return "\r\n".join([*lines, "", html or text, ""]).encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Came:
    """What became of one mail: its row in the spool, and the message it became (None when it became none)."""

    raw: RawMail
    message: Message | None


def receive(
    to: MailAccount,
    *mails: bytes,
    envelope_to: Sequence[str] = (),
    envelope_from: str = "eli@example.org",
    source: RawMail.Source = RawMail.Source.PIPE,
    client: Mapping[str, str] | None = None,
) -> list[Came]:
    """Take mails in together, for as long as any waits; the answer is in the order given."""
    keys = [uuid4().hex for _ in mails]
    recipients = tuple(envelope_to or [to.address])
    store(
        [
            Spooled(source, key, to.account_id, envelope_from, recipients, client or {}, raw)
            for key, raw in zip(keys, mails, strict=True)
        ]
    )
    while receive_waiting(to.account_id, parse_mail):
        continue
    if Arrival.objects.filter(account_id=to.account_id).exists():
        raise AssertionError("a mail is still waiting")
    with account_scope(to.account_id):
        rows = RawMail.objects.select_related("message__ticket__requester").filter(source_key__in=keys)
        found = {raw.source_key: raw for raw in rows}
        return [Came(found[key], found[key].message) for key in keys]


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail of ours, as it leaves."""

    row: OutgoingMail
    raw: bytes

    @property
    def read(self) -> EmailMessage:
        """The mail as the standard library reads it."""
        return message_from_bytes(self.raw, policy=default)

    @property
    def message_id(self) -> str:
        return str(self.read["Message-ID"]).strip("<>")


def mail_of(message: Message) -> SentMail:
    """The mail of an answer, composed now if it was not yet."""
    run_jobs("email.send")
    with account_scope(message.account_id):
        row = Message.objects.select_related("outgoing").get(pk=message.pk).outgoing
        if row is None:
            raise AssertionError("no mail was made of this message")
        return _opened(row)


def outgoing_mails(to: MailAccount) -> list[SentMail]:
    """Every mail of the account that was put into the outbox, oldest first; automatic answers are made before."""
    run_jobs("email.answer")
    with account_scope(to.account_id):
        return [_opened(row) for row in OutgoingMail.objects.order_by("id")]


def _opened(row: OutgoingMail) -> SentMail:
    return SentMail(row, decrypt(row.account_id, bytes(row.content), context=row.content_context))
