"""What a mail server said, and what that means for the message."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

_LONGEST_WORDS = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Answers that want other credentials or another TLS (RFC 4954 section 6): about the way, not about the message.
_ABOUT_SIGN_IN = frozenset({530, 534, 535, 538})


class Outcome(StrEnum):
    """What became of the message: taken, to be tried again, or refused for good."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class Stage(StrEnum):
    """How far the conversation came."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one recipient was refused."""

    outcome: Outcome
    code: int
    words: str


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The outcome, how far it came, and the server's code (0: there was none) and words.

    When `outcome` is SENT, `accepted` has at least one recipient; `refused` may have others, each with its own reason.
    """

    outcome: Outcome
    stage: Stage
    code: int
    words: str
    accepted: tuple[str, ...] = ()
    refused: dict[str, Refusal] = field(default_factory=dict)


def outcome_of(code: int) -> Outcome:
    """What a refusal means (RFC 5321 section 4.2.1): 5xx for good, everything else for now."""
    if 500 <= code <= 599 and code not in _ABOUT_SIGN_IN:
        return Outcome.PERMANENT
    return Outcome.TEMPORARY


def words_of(raw: bytes | str) -> str:
    """The server's words on one line, fit to be shown: no control characters, 500 characters at most."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return _CONTROL.sub(" ", text).strip()[:_LONGEST_WORDS]
