"""Encryption under the key of an account: AES-256-GCM, bound to the account and to the place the value is stored at."""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from steward.privacy.keys.errors import Tampered
from steward.privacy.keys.store import account_key, installation_key

VALUE = b"\x01"  # the version byte: a value in one piece (2 is a stream, see `streaming`)
_NONCE_BYTES = 12
_TAG_BYTES = 16
_NOBODYS = UUID(int=0)  # in the place of the account, for what belongs to none


def encrypt(account_id: UUID, plaintext: bytes, *, context: str) -> bytes:
    """Version byte, 96-bit random nonce, ciphertext and tag (NIST SP 800-38D).

    `context` says where the value is stored (`table.column:row id`): it opens nowhere else. Raises `KeyMissing`.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return VALUE + nonce + AESGCM(account_key(account_id)).encrypt(nonce, plaintext, _bound_to(account_id, context))


def decrypt(account_id: UUID, blob: bytes, *, context: str) -> bytes:
    """What `encrypt` was given; raises `KeyMissing`, or `Tampered` for other bytes, another account or context."""
    return _opened(account_key(account_id), bytes(blob), _bound_to(account_id, context))


def encrypt_for_installation(plaintext: bytes, *, context: str) -> bytes:
    """`encrypt` under the installation's key, for what belongs to no account: identities and their mail."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return VALUE + nonce + AESGCM(installation_key()).encrypt(nonce, plaintext, _bound_to(_NOBODYS, context))


def decrypt_for_installation(blob: bytes, *, context: str) -> bytes:
    """What `encrypt_for_installation` was given; raises `KeyMissing` or `Tampered`."""
    return _opened(installation_key(), bytes(blob), _bound_to(_NOBODYS, context))


def encrypt_text(account_id: UUID, text: str, *, context: str) -> bytes:
    """`encrypt` of the UTF-8 form."""
    return encrypt(account_id, text.encode(), context=context)


def decrypt_text(account_id: UUID, blob: bytes, *, context: str) -> str:
    """`decrypt` to text."""
    return decrypt(account_id, blob, context=context).decode()


def derive(account_id: UUID, purpose: str) -> bytes:
    """A 32-byte key for one purpose of one account (such as `reply-token`), by HKDF-SHA-256 (RFC 5869)."""
    return hkdf(account_key(account_id), b"steward account", f"{account_id} {purpose}".encode())


def derive_installation(purpose: str) -> bytes:
    """A 32-byte key for one purpose that belongs to no account."""
    return hkdf(installation_key(), b"steward installation", purpose.encode())


def hkdf(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869), 32 bytes."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=purpose).derive(key)


def _opened(key: bytes, blob: bytes, bound_to: bytes) -> bytes:
    if blob[:1] != VALUE or len(blob) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise Tampered("not an encrypted value")
    nonce, sealed = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, bound_to)
    except InvalidTag as error:
        raise Tampered("an encrypted value was changed or moved") from error


def _bound_to(account_id: UUID, context: str) -> bytes:
    # The account has a fixed length, so no other pair of account and context makes the same bytes.
    return VALUE + account_id.bytes + context.encode()
