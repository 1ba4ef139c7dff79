"""What a link carries to name a row and to prove that we made it: an id with its MAC (RFC 2104), as 43 letters.

None of it is stored, and nobody makes one up without the key, which says what the link is for.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from uuid import UUID

_MAC = 16  # bytes


def signed(about: UUID, key: bytes) -> str:
    """The id with its MAC, for an address."""
    return urlsafe_b64encode(about.bytes + _mac(about, key)).decode().rstrip("=")


def id_signed(token: str, key: bytes) -> UUID | None:
    """The id that was signed; None for what was made up, cut off, or signed for something else."""
    try:
        told = urlsafe_b64decode(token.encode("ascii") + b"=")
    except (Error, UnicodeEncodeError, ValueError):
        return None
    if len(told) != 16 + _MAC:
        return None
    about = UUID(bytes=told[:16])
    return about if hmac.compare_digest(told[16:], _mac(about, key)) else None


def _mac(about: UUID, key: bytes) -> bytes:
    return hmac.new(key, about.bytes, sha256).digest()[:_MAC]
