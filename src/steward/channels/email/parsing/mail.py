"""What a mail says, as plain values: frozen, picklable, free of NUL bytes and lone surrogates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

PROBLEM_CODES = frozenset(
    {
        "bad_base64",  # detail: file name or type of the part
        "bad_date",  # detail: the date as written
        "bad_header_line",
        "damaged_tnef",
        "encrypted",  # detail: pgp or smime
        "headers_end_early",
        "headers_failed",  # detail: our error
        "huge_headers",
        "long_text",  # detail: length in characters; the whole text is attached
        "no_boundary",
        "no_sender",
        "out_of_memory",
        "parser_died",
        "parser_failed",  # detail: our error
        "sender_elsewhere",  # From names nobody: it is Reply-To, Sender or the envelope
        "several_senders",
        "signature_unchecked",  # it lay within a signature, and is shown
        "signed_opaque",  # detail: the kind of S/MIME
        "time_out",
        "too_deep",  # detail: the limit
        "too_many_parts",  # detail: the limit
        "unclosed_multipart",
        "unknown_charset",  # detail: the charset as written
        "unknown_transfer_encoding",  # detail: type of the part
        "wrong_boundary",
        "wrong_charset",  # detail: the charset as written
    }
)
AUTOMATIC_REASONS = frozenset(
    "auto_reply_header auto_submitted list null_sender own_mark precedence report response_suppressed "
    "robot_sender".split()
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read as sent: one of PROBLEM_CODES, and a detail not to be translated."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. `name` may be empty; `email` is as written and may lack an `@` (`MAILER-DAEMON`)."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """One part that is not the body, decoded. `inline` means that the HTML body refers to its `content_id`.

    `has_lines`: the line breaks in it are those of transport, which differ by the way a mail took.
    """

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False
    has_lines: bool = False
    _sha256: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Length of the decoded content in bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Hex digest of the decoded content, computed at the first use."""
        if not self._sha256:
            self._sha256.append(hashlib.sha256(self.content).hexdigest())
        return self._sha256[0]


@dataclass(frozen=True, slots=True)
class Body:
    """The message itself.

    `html` is sanitised with history and signature folded, ready to be shown; `text` is everything as plain text;
    `visible` is what the sender wrote now, without folded history and signature.
    """

    type: Literal["html", "plain"]
    html: str
    text: str
    visible: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """Whether no human wrote this (RFC 3834), so that it must never be answered automatically.

    `reason` is one of AUTOMATIC_REASONS, or empty.
    """

    is_automatic: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of a mail of ours (RFC 3464). `action`: failed, delayed, delivered, relayed, or expanded."""

    action: str
    status: str
    diagnostic: str
    recipient: str
    original_message_id: str = ""
    original_recipient: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One message. Message ids are without angle brackets, in the order of the header; `date` is in UTC."""

    subject: str = ""
    from_: Address | None = None
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    date: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    body: Body = Body("plain", "", "", "")
    language: str = ""  # of what the sender wrote now, as a tag of BCP 47; empty when it is not certain
    attachments: tuple[ParsedAttachment, ...] = ()
    automatic: Automatic = Automatic(False)
    report: DeliveryReport | None = None
    authentication_results: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    return_path: str | None = None
    list_id: str = ""
    our_mark: str = ""
    signed: tuple[tuple[int, int], ...] = ()  # where the parts lie in the raw message that a signature covers
    problems: tuple[Problem, ...] = ()

    @property
    def candidate_ids(self) -> tuple[str, ...]:
        """Ids of mails this one may belong to, the likeliest first (RFC 5322 section 3.6.4)."""
        reported = (self.report.original_message_id,) if self.report and self.report.original_message_id else ()
        return tuple(dict.fromkeys((*reported, *self.in_reply_to, *reversed(self.references))))
