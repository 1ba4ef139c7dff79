"""Making the bytes of an outgoing mail. Pure: everything it needs is given, nothing is looked up."""

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Compat32
from email.utils import format_datetime
from email.utils import quote as escaped
from urllib.parse import quote

MARK = "X-Steward-Loop"  # our own mail, come back to us, is never answered automatically
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_ID = re.compile(r"[!-;=?-~]{1,900}")  # what fits between angle brackets on one lawful line
_LONGEST_LINE = 900  # RFC 5322 section 2.1.1 allows 998; servers refuse or cut longer ones
_LONGEST_NAME = 150
_LONGEST_FILENAME = 600  # percent-encoded: one parameter is never folded
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
class Inline:
    """A picture that the HTML shows by `cid:` (RFC 2392); goes along only with HTML."""

    content_id: str
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
    inline: Sequence[Inline] = field(default=())
    is_automatic: bool = False
    is_generated: bool = False  # by no mail that came in
    unsubscribe: str = ""  # an address of the web where one chooses to get no more of the kind


def compose(letter: Letter) -> bytes:
    """The mail in RFC 5322 form. Headers are built by the e-mail library; control characters never reach it."""
    mail = _body(letter)
    mail["From"] = _mailbox(letter.sender)
    mail["To"] = _mailboxes(letter.to)
    if letter.cc:
        mail["Cc"] = _mailboxes(letter.cc)
    mail["Subject"] = _words(letter.subject)
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.message_id}>"
    if letter.reply_to:
        mail["Reply-To"] = _plain(letter.reply_to)
    if _ID.fullmatch(letter.in_reply_to):
        mail["In-Reply-To"] = f"<{letter.in_reply_to}>"
    chain = [each for each in dict.fromkeys([*letter.references, letter.in_reply_to]) if _ID.fullmatch(each)]
    if chain:
        mail["References"] = "\r\n ".join(f"<{each}>" for each in chain[-_MOST_REFERENCES:])
    if letter.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"  # RFC 3834 section 5
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "auto_reply"
    if letter.is_generated:
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe:
        mail["List-Unsubscribe"] = f"<{_plain(letter.unsubscribe)}>"  # RFC 2369 section 3.2
    mail[MARK] = letter.mark
    return mail.as_bytes(policy=_POLICY)


def _body(letter: Letter) -> MIMEBase:
    body: MIMEBase = _text(letter.text, "plain")
    if letter.html:
        alternative = MIMEMultipart("alternative")
        alternative.attach(body)
        alternative.attach(_shown(letter))
        body = alternative
    if not letter.enclosures:
        return body
    mixed = MIMEMultipart("mixed")
    mixed.attach(body)
    for enclosure in letter.enclosures:
        mixed.attach(_enclosed(enclosure))
    return mixed


def _shown(letter: Letter) -> MIMEBase:
    """The HTML, with the pictures it shows (RFC 2387)."""
    html = _text(letter.html, "html")
    if not letter.inline:
        return html
    related = MIMEMultipart("related", type="text/html")
    related.attach(html)
    for picture in letter.inline:
        main, _, sub = picture.content_type.partition("/")
        part = MIMEBase(main, sub)
        part.set_payload(picture.content)
        encode_base64(part)
        part.add_header("Content-ID", f"<{picture.content_id}>")
        part.add_header("Content-Disposition", "inline")
        related.attach(part)
    return related


def _text(text: str, subtype: str) -> MIMEBase:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    if plain.isascii() and all(len(line) <= _LONGEST_LINE for line in plain.split("\n")):
        part["Content-Transfer-Encoding"] = "7bit"
        part.set_payload(plain)
    else:
        part["Content-Transfer-Encoding"] = "quoted-printable"
        part.set_payload(binascii.b2a_qp(plain.encode("utf-8", "replace")).decode("ascii"))
    return part


def _enclosed(enclosure: Enclosure) -> MIMEBase:
    main, _, sub = enclosure.content_type.partition("/")
    if main in {"multipart", "message"}:
        # Structure of its own would be read as structure of ours.
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(enclosure.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", _filename(enclosure.name)))
    return part


def _filename(name: str) -> str:
    """The name as far as it fits into one parameter, with its ending."""
    stem, dot, ending = _plain(name).rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = _plain(name), "", ""
    while len(quote(stem + dot + ending)) > _LONGEST_FILENAME:
        stem = stem[:-10]
    return stem + dot + ending


def _mailboxes(people: Sequence[tuple[str, str]]) -> str:
    line = ", ".join(_mailbox(person) for person in people)
    if line.isascii():
        return line
    # An address outside ASCII stands in a header as it is (RFC 6532); the library writes such bytes only like this.
    return line.replace(", ", ",\r\n ").encode().decode("ascii", "surrogateescape")


def _mailbox(person: tuple[str, str]) -> str:
    name, address = _plain(person[0])[:_LONGEST_NAME], _address(_plain(person[1]))
    return f"{_phrase(name)} <{address}>" if name else address


def _phrase(name: str) -> str:
    return _encoded(name) if _needs_encoding(name) else f'"{escaped(name)}"'


def _address(address: str) -> str:
    """The address with its domain in IDNA form (RFC 5890)."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _words(text: str) -> str:
    plain = _plain(text)
    too_long = any(len(word) > _LONGEST_LINE // 2 for word in plain.split(" "))
    return _encoded(plain) if too_long or _needs_encoding(plain) else plain


def _needs_encoding(text: str) -> bool:
    """What looks like an encoded word would be decoded by its reader, into whatever its writer hid there."""
    return not text.isascii() or "=?" in text


def _encoded(text: str) -> str:
    """Encoded words of at most 75 characters (RFC 2047 section 2)."""
    return Header(text, "utf-8", maxlinelen=74).encode(linesep="\r\n")


def _plain(text: str) -> str:
    """The text on one line: what would begin another header is gone before the library sees it."""
    return _CONTROL.sub(" ", text).strip()
