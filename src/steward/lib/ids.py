"""Identifiers: UUIDv7 for rows, short codes for people."""

import secrets
import uuid

from uuid_utils.compat import uuid7

# No vowels (no accidental words), no letters or digits that are mistaken for each other on the phone.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 section 5.7): sortable by time of creation, so indexes grow at their end."""
    return uuid7()


def new_code() -> str:
    """A ticket code like `KXQ-40321`: 800 million of them, drawn at random so that a code tells nothing."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(3))
    return f"{letters}-{secrets.randbelow(100_000):05d}"
