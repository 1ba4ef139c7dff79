"""Where watched mail of the installation comes back to: an address at the base domain that names the mail.

The address carries a MAC, so nobody makes one up, and whoever takes in mail tells it from a mailbox without asking the
database. What comes there is read and thrown away: nobody is written to at it.
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

from django.conf import settings

from steward.privacy.keys.cipher import derive_installation

_ADDRESS = re.compile(r"bounce\+w([a-z2-7]{42})")  # as long as the tokens of `channels.email`, and none of theirs
_MAC = 10  # bytes: guessing needs 2^79 mails, each of which only ends a subscription


def return_address(mail_id: UUID) -> str:
    """The envelope sender (RFC 5321 section 3.6.3) under which that mail leaves."""
    packed = mail_id.bytes + _mac(mail_id)
    return f"bounce+w{base64.b32encode(packed).decode().rstrip('=').lower()}@{settings.STEWARD_DOMAIN}"


def mail_returned_to(address: str) -> UUID | None:
    """The id of the mail that such an address was truly made for; None for every other address."""
    local, _, domain = address.lower().rstrip(".").rpartition("@")
    found = _ADDRESS.fullmatch(local)
    if found is None or domain != settings.STEWARD_DOMAIN:
        return None
    packed = base64.b32decode(found[1].upper() + "======")
    mail_id = UUID(bytes=packed[:16])
    return mail_id if hmac.compare_digest(packed[16:], _mac(mail_id)) else None


def _mac(mail_id: UUID) -> bytes:
    key = derive_installation("mail of the installation: return addresses")
    return hmac.new(key, mail_id.bytes, hashlib.sha256).digest()[:_MAC]
