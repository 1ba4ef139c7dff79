"""Reply tokens: how a mail that comes back names the ticket it belongs to, so that nobody can make one up.

One format: `<purpose><42 letters>`, the base32 form of an id (16 bytes) and a MAC (10 bytes) over purpose, account,
ticket, that id and the recipient's address, under a key of the account. It stands in our Message-ID (`m`) and in the
local part of Reply-To (`r`), where the id is that of a participant, and in the bounce address (`d`), where it is of
the message: a report needs to say nothing more to be about exactly one mail. Bounce addresses of earlier mails (`b`)
name a participant. A mail to somebody of the account that has to arrive has one in its bounce address (`t`) and one as
its Message-ID (`i`), which name the mail in the outbox; in the place of a ticket stands the account.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

REPLY, MESSAGE, DELIVERY = "r", "m", "d"
TOLD, TOLD_ID = "t", "i"
BOUNCE = "b"  # no longer made; reports about mails from before may still come
KEY_PURPOSE = "reply-token"
_MAC_BYTES = 10  # 80 bits: guessing needs 2^79 mails on average, each of which only opens a thread as a stranger
_TOKEN = re.compile(r"(?:^|\+)([rmbdti])([a-z2-7]{42})(?=$|[.@])")
_LONGEST_LOCAL = 64  # RFC 5321 section 4.5.3.1.1


@dataclass(frozen=True, slots=True)
class Bound:
    """What a token is about."""

    account_id: UUID
    ticket_id: UUID
    named_id: UUID  # a participant; for DELIVERY the message, for TOLD the mail
    address: str  # folded


@dataclass(frozen=True, slots=True)
class Token:
    """A token as read; nothing in it is true until `matches` says so."""

    purpose: str
    named_id: UUID
    mac: bytes

    def matches(self, bound: Bound, key: bytes) -> bool:
        """Whether this token was made for that account, ticket, id and address. Constant time."""
        return hmac.compare_digest(self.mac, _mac(self.purpose, bound, key))


def make_token(purpose: str, bound: Bound, key: bytes) -> str:
    """The token as text, 43 lower-case letters and digits."""
    packed = bound.named_id.bytes + _mac(purpose, bound, key)
    return purpose + base64.b32encode(packed).decode().rstrip("=").lower()


def read_token(text: str) -> Token | None:
    """The token in a local part, an address or a Message-ID; None when there is none of exactly our form."""
    found = _TOKEN.search(text.lower())
    if found is None:
        return None
    packed = base64.b32decode(found[2].upper() + "======")
    return Token(found[1], UUID(bytes=packed[:16]), packed[16:])


def looks_like_token(local_part: str) -> bool:
    """Whether a local part is one we may have made: enough to take the mail, not to believe it."""
    return read_token(local_part) is not None


def tagged(address: str, token: str) -> str:
    """The address with the token in its local part: `support+r...@host`, shortened where that grows too long."""
    local, _, domain = address.partition("@")
    longest = _LONGEST_LOCAL - len(token) - 1
    return f"{local if len(local) <= longest else 'reply'}+{token}@{domain}"


def _mac(purpose: str, bound: Bound, key: bytes) -> bytes:
    said = b"|".join(
        (
            purpose.encode(),
            bound.account_id.bytes,
            bound.ticket_id.bytes,
            bound.named_id.bytes,
            bound.address.encode(),
        )
    )
    return hmac.new(key, said, hashlib.sha256).digest()[:_MAC_BYTES]
