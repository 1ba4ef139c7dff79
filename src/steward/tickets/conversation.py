"""What comes from a channel, before it is a message. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from steward.tickets.models import Channel, Ticket


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody outside, as written in a header."""

    name: str
    email: str

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "email": self.email}


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that came with a message."""

    name: str
    content: bytes
    content_type: str
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message from a customer, with the ticket it belongs to as far as the channel could tell.

    `ticket` None makes a new ticket; `previous` is the closed one it follows. `is_verified` False: the sender was not
    known in that ticket, so they join as an unverified participant. `own_words` is the text without history, in the
    `language` of a tag of BCP 47, empty when it is not certain.
    """

    sender: Correspondent
    subject: str
    body_html: str
    body_text: str
    own_words: str
    department_id: UUID
    at: datetime
    ticket: Ticket | None = None
    previous: Ticket | None = None
    recipients: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    is_html: bool = False
    language: str = ""
    internet_id: str = ""
    attachments: tuple[NewAttachment, ...] = ()
    is_automatic: bool = False
    is_verified: bool = True
    findings: dict[str, Any] = field(default_factory=dict)
    channel: Channel = Channel.EMAIL


PREVIEW_LENGTH = 160


def preview_of(text: str) -> str:
    """The first words of a text on one line, for lists."""
    return " ".join(text[: PREVIEW_LENGTH * 4].split())[:PREVIEW_LENGTH]
