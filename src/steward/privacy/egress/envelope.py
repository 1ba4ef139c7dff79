"""One message with its envelope, in the form a given server takes."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP

from steward.privacy.egress.addresses import BadDestination, canonical_host

_LOCAL_PART = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"|[^\x00-\x20\x7f<>()\[\],;:\\"@]+')
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_SEVEN_BIT = SMTP.clone(cte_type="7bit")


class Unsendable(ValueError):
    """The message cannot go to this server as it is, now or later."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Envelope sender (empty for reports, RFC 5321 section 4.5.5), recipients, and the message in RFC 5322 form."""

    sender: str = field(repr=False)  # nothing of a mail gets into a log by way of a traceback
    recipients: tuple[str, ...] = field(repr=False)
    message: bytes = field(repr=False)


def sender_form(address: str, *, takes_utf8: bool) -> str:
    """`recipient_form`, or nothing for the null sender."""
    return recipient_form(address, takes_utf8=takes_utf8) if address else ""


def recipient_form(address: str, *, takes_utf8: bool) -> str:
    """An address as it stands between angle brackets; its domain in IDNA form. Raises `Unsendable`.

    Only what an address may hold passes, so nothing typed by a person becomes a command.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise Unsendable("not an e-mail address")
    if not local.isascii() and not takes_utf8:
        raise Unsendable("the server does not take addresses outside ASCII (SMTPUTF8)")
    return f"{local}@{_domain_form(domain)}"


def _domain_form(domain: str) -> str:
    if domain.startswith("["):  # an address literal, [192.0.2.1] or [IPv6:2001:db8::1]
        if re.fullmatch(r"\[[0-9A-Za-z:.]+\]", domain):
            return domain
        raise Unsendable("not an e-mail address")
    try:
        return canonical_host(domain)
    except BadDestination as error:
        raise Unsendable("not an e-mail address") from error


def has_eight_bit_header(message: bytes) -> bool:
    """Whether the header holds bytes outside ASCII, which only SMTPUTF8 (RFC 6531) carries."""
    return not _parts(message)[0].isascii()


def to_seven_bit(message: bytes) -> bytes:
    """The same message in ASCII, for servers without 8BITMIME (RFC 6152); text is encoded anew."""
    return message_from_bytes(message, policy=_SEVEN_BIT).as_bytes(policy=_SEVEN_BIT)


def on_the_wire(message: bytes) -> bytes:
    """The message as DATA wants it: CRLF only, leading dots doubled, and the final dot (RFC 5321 section 4.5.2).

    A bare CR or LF would let the text end early for some servers and smuggle a second message.
    """
    lines = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", message))
    return lines + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


def _parts(message: bytes) -> tuple[bytes, bytes]:
    match = re.search(rb"\r?\n\r?\n", message)
    return (message[: match.start()], message[match.end() :]) if match else (message, b"")
