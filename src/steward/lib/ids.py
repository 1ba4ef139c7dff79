"""Identifiers: UUIDv7 for rows, short codes for people."""

import secrets
import uuid

from uuid_utils.compat import uuid7

# No vowels (no accidental words), no letters or digits that are mistaken for each other on the phone.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 section 5.7): sortable by time of creation, so indexes grow at their end."""
    return uuid7()


def read_id(text: str) -> uuid.UUID | None:
    """The id that somebody's text is; None for text that is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def new_code(letters: str = "", digits: int = 5) -> str:
    """A ticket code like `KXQ-40321`, drawn at random so that a code tells nothing of how many there are.

    Without `letters` three are drawn, too: 800 million codes of five digits.
    """
    letters = letters or "".join(secrets.choice(_LETTERS) for _ in range(3))
    return f"{letters}-{secrets.randbelow(10**digits):0{digits}d}"
