"""One-time tokens: what a link or a form carries, and the only form of it that is stored."""

import hashlib
import secrets

LENGTH = 43  # characters of base64url: 256 bits


def new_token() -> str:
    """A token nobody can guess. It goes into one mail or one page and is kept nowhere."""
    return secrets.token_urlsafe(32)


def hashed_token(token: str) -> bytes:
    """SHA-256 of a token, by which its row is found. Nothing that is no token has a form that a row could have."""
    if len(token) != LENGTH or not token.isascii():
        return b""
    return hashlib.sha256(token.encode()).digest()
