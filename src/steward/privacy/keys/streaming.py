"""Encryption of files of any size in frames, none of which can be changed, dropped, reordered or moved.

    version byte 2 | 16-byte salt | frames of 64 KiB + 16-byte tag, the last one shorter or empty

Each file has its own key (HKDF over account key, salt and context), so the frame number serves as nonce. The
associated data of a frame says whether it is the last, so a file cut between two frames does not decrypt (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

import secrets
from collections.abc import Iterator
from itertools import count
from types import TracebackType
from typing import BinaryIO, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from steward.privacy.keys.cipher import hkdf
from steward.privacy.keys.errors import Tampered
from steward.privacy.keys.store import account_key

STREAM = b"\x02"
FRAME_BYTES = 64 * 1024
_SALT_BYTES = 16
_TAG_BYTES = 16
_FULL = FRAME_BYTES + _TAG_BYTES


class EncryptingWriter:
    """Writes a file encrypted; used with `with`.

    Only a block that ends well writes the last frame: what an exception interrupted never decrypts. The file below
    is flushed but neither synced nor closed: it belongs to the caller. `key` is used instead of the account's, for
    what belongs to none.
    """

    def __init__(self, account_id: UUID, file: BinaryIO, *, context: str, key: bytes | None = None) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._cipher = _cipher(account_id, salt, context, key)
        self._file = file
        self._held = bytearray()
        self._number = 0
        self._is_closed = False
        file.write(STREAM + salt)

    def write(self, plaintext: bytes) -> int:
        """Take more bytes; returns how many."""
        if self._is_closed:
            raise ValueError("the encrypted file is finished")
        self._held += plaintext
        # Full frames go at once, so the last one is always shorter, if need be empty: that is how a reader knows it.
        while len(self._held) >= FRAME_BYTES:
            self._frame(bytes(self._held[:FRAME_BYTES]), is_last=False)
            del self._held[:FRAME_BYTES]
        return len(plaintext)

    def close(self) -> None:
        """Write the last frame. Closing twice does nothing."""
        if not self._is_closed:
            self._is_closed = True
            self._frame(bytes(self._held), is_last=True)
            self._held.clear()
            self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        self._is_closed = True

    def _frame(self, plaintext: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number), plaintext, _flag(is_last)))
        self._number += 1


def decrypt_chunks(account_id: UUID, file: BinaryIO, *, context: str, key: bytes | None = None) -> Iterator[bytes]:
    """The plaintext in chunks of at most 64 KiB; raises `KeyMissing` or `Tampered`. `key` as it was written with.

    Each chunk is authentic when it comes; that the file is whole is known only when the iteration ends.
    """
    header = file.read(1 + _SALT_BYTES)
    if header[:1] != STREAM or len(header) != 1 + _SALT_BYTES:
        raise Tampered("not an encrypted file")
    cipher = _cipher(account_id, header[1:], context, key)
    for number in count():
        frame = _read_frame(file)
        is_last = len(frame) < _FULL  # the writer always ends with a frame that is not full
        try:
            chunk = cipher.decrypt(_nonce(number), frame, _flag(is_last))
        except InvalidTag as error:
            raise Tampered("an encrypted file was changed or cut") from error
        if chunk:
            yield chunk
        if is_last:
            return


def plaintext_bytes(stored: int) -> int:
    """How many bytes an encrypted file of the given size holds; raises `Tampered` for an impossible size."""
    body = stored - 1 - _SALT_BYTES
    full, rest = divmod(body, _FULL)
    if body < 0 or rest < _TAG_BYTES:
        raise Tampered("not the size of an encrypted file")
    return full * FRAME_BYTES + rest - _TAG_BYTES


def _read_frame(file: BinaryIO) -> bytes:
    """A whole frame, unless the file ends: one read may give less (pipes, object storage)."""
    parts, missing = [], _FULL
    while missing and (part := file.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _cipher(account_id: UUID, salt: bytes, context: str, key: bytes | None) -> AESGCM:
    return AESGCM(hkdf(key or account_key(account_id), salt, b"steward file " + account_id.bytes + context.encode()))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _flag(is_last: bool) -> bytes:
    return STREAM + (b"last" if is_last else b"more")
