"""What an agreement of our form says, as values: all that is printed, so that the file can be made of it again."""

from datetime import datetime
from hashlib import sha256

from msgspec import Struct, json


class Table(Struct, frozen=True, kw_only=True):
    """Rows of texts; without `head` the first column names what stands beside it."""

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """One heading with its paragraphs, its points and its table, in this order."""

    title: str
    text: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    table: Table | None = None


class Part(Struct, frozen=True, kw_only=True):
    """The whole agreement in one language (BCP 47)."""

    language: str
    is_right_to_left: bool
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: str  # before the number of a page


class Signature(Struct, frozen=True, kw_only=True):
    """Who agreed, when (UTC), from which network address, for which company. Without it the content is a draft."""

    name: str
    position: str
    email: str
    at: datetime
    address: str
    company: str = ""  # as it is registered; empty: by the name of the account
    company_address: str = ""


class Content(Struct, frozen=True, kw_only=True):
    """An agreement: its terms, what its annexes were made of, and its text. The English part is the last one."""

    reference: str
    form: str
    notice_days: int
    mode: str
    regions: tuple[str, ...]
    registry_version: int
    registry_sha256: str
    inventory_digest: str
    parts: tuple[Part, ...]
    signature: Signature | None = None


def canonical(content: Content) -> bytes:
    """The one text of a content: equal contents have equal bytes."""
    return json.encode(content, order="deterministic")


def parse_content(text: bytes) -> Content:
    """The content that a text says. Raises `msgspec.ValidationError`."""
    return json.decode(text, type=Content)


def digest(text: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(text).hexdigest()
