"""What is read once and written twice: kept on the disk in between, under a key that only this process has."""

import secrets
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings

from steward.privacy.keys.streaming import EncryptingWriter, decrypt_chunks

_CONTEXT = "exports:spool"


class Spool:
    """Bytes that are written, and then read back once. Without a name, the file goes with the process."""

    def __init__(self, account_id: UUID) -> None:
        self._account_id, self._key = account_id, secrets.token_bytes(32)
        self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=settings.STEWARD_DATA))  # noqa: SIM115  closed by `read`
        self._writer = EncryptingWriter(account_id, self._file, context=_CONTEXT, key=self._key)
        self.size = 0

    def write(self, content: bytes) -> None:
        """Take more bytes."""
        self.size += self._writer.write(content)

    def read(self) -> Iterator[bytes]:
        """All of them, in pieces of at most 64 KiB."""
        self._writer.close()
        self._file.seek(0)
        with self._file:
            yield from decrypt_chunks(self._account_id, self._file, context=_CONTEXT, key=self._key)
