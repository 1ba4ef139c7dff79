"""Making the bytes of an outgoing mail. Pure: everything it needs is given, nothing is looked up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime, formataddr

MARK = "X-Steward-Loop"  # our own mail, come back to us, is never answered automatically
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_UTF8 = charset.Charset("utf-8")
_UTF8.body_encoding = charset.QP
_MOST_REFERENCES = 20


class _Policy(Compat32):
    """Headers that fit on one line as they are go out as they are: what the library does to them costs most of all."""

    def fold_binary(self, name: str, value: str) -> bytes:
        line = f"{name}: {value}"
        if (
            isinstance(value, str)
            and value.isascii()
            and len(line) <= (self.max_line_length or 0)
            and value.isprintable()
        ):
            return f"{line}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", max_line_length=300)  # our ids stay on one line: some clients lose folded ones


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file in an outgoing mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that goes into one mail. Names and subject may hold anything; addresses are checked before."""

    sender: tuple[str, str]  # name, address
    to: Sequence[tuple[str, str]]
    subject: str
    text: str
    at: datetime
    message_id: str  # without angle brackets
    mark: str
    html: str = ""
    cc: Sequence[tuple[str, str]] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = field(default=())
    is_automatic: bool = False


def compose(letter: Letter) -> bytes:
    """The mail in RFC 5322 form. Headers are built by the e-mail library; control characters never reach it."""
    mail = _body(letter)
    mail["From"] = _mailbox(letter.sender)
    mail["To"] = ", ".join(_mailbox(person) for person in letter.to)
    if letter.cc:
        mail["Cc"] = ", ".join(_mailbox(person) for person in letter.cc)
    mail["Subject"] = _words(letter.subject)  # type: ignore[assignment]  # the library takes headers as they are
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.message_id}>"
    if letter.reply_to:
        mail["Reply-To"] = _plain(letter.reply_to)
    if letter.in_reply_to:
        mail["In-Reply-To"] = f"<{_plain(letter.in_reply_to)}>"
        chain = list(dict.fromkeys([*letter.references, letter.in_reply_to]))[-_MOST_REFERENCES:]
        mail["References"] = "\r\n ".join(f"<{_plain(each)}>" for each in chain)
    if letter.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"  # RFC 3834 section 5
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "auto_reply"
    mail[MARK] = letter.mark
    return mail.as_bytes(policy=_POLICY)


def _body(letter: Letter) -> MIMEBase | MIMEText:
    body: MIMEBase | MIMEText = _text(letter.text, "plain")
    if letter.html:
        alternative = MIMEMultipart("alternative")
        alternative.attach(body)
        alternative.attach(_text(letter.html, "html"))
        body = alternative
    if not letter.enclosures:
        return body
    mixed = MIMEMultipart("mixed")
    mixed.attach(body)
    for enclosure in letter.enclosures:
        mixed.attach(_enclosed(enclosure))
    return mixed


def _text(text: str, subtype: str) -> MIMEText:
    part = MIMEText("", subtype, "us-ascii")
    part.set_payload(text.replace("\0", ""), _UTF8)
    return part


def _enclosed(enclosure: Enclosure) -> MIMEBase:
    main, _, sub = enclosure.content_type.partition("/")
    if main in {"multipart", "message"}:
        # Structure of its own would be read as structure of ours.
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(enclosure.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", _plain(enclosure.name)))
    return part


def _mailbox(person: tuple[str, str]) -> str:
    name, address = person
    return formataddr((_plain(name), _plain(address)), charset="utf-8")


def _words(text: str) -> Header | str:
    plain = _plain(text)
    return plain if plain.isascii() else Header(plain, "utf-8", maxlinelen=74)


def _plain(text: str) -> str:
    """The text on one line: what would begin another header is gone before the library sees it."""
    return _CONTROL.sub(" ", text).strip()
