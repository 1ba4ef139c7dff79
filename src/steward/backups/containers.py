"""The encrypted parts of a backup, written and read as streams: as much memory for a terabyte as for a page."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast
from uuid import UUID

from steward.backups.manifests import Part
from steward.backups.places import Place
from steward.backups.remote import Remote
from steward.privacy.keys.streaming import EncryptingWriter, decrypt_chunks

_NOBODYS = UUID(int=0)  # in the place of the account
_BUFFER = 1 << 20


class _Counting(io.RawIOBase):
    """Passes on what is written, and knows its length and digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        content = bytes(cast(bytes, block))
        self._digest.update(content)
        self.size += len(content)
        return self._file.write(content)

    @property
    def part(self) -> Part:
        return Part(self.size, self._digest.hexdigest())


class Writing:
    """An open part: `file` takes plain bytes; `part` is what became of them, once the block has ended."""

    part: Part

    def __init__(self, file: EncryptingWriter) -> None:
        self.file = file


@contextmanager
def writing(path: Place, *, backup: str, key: bytes) -> Iterator[Writing]:
    """Write a part that is not there yet. What an exception interrupted never decrypts."""
    with _new(path) as file:
        counting = _Counting(file)
        writer = EncryptingWriter(_NOBODYS, cast(BinaryIO, counting), context=_context(backup, path.name), key=key)
        with writer:
            open_part = Writing(writer)
            yield open_part
        open_part.part = counting.part


@contextmanager
def _new(path: Place) -> Iterator[IO[bytes]]:
    """A file that is there for good when the block has ended well."""
    if isinstance(path, Remote):
        with path.written() as upload:
            yield cast(IO[bytes], upload)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb", buffering=_BUFFER) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def reading(path: Place, *, backup: str, key: bytes) -> Iterator[Iterator[bytes]]:
    """The plain bytes of a part, in chunks. That it is whole is known when they end. Raises `Tampered`."""
    with path.open("rb", buffering=_BUFFER) as file:
        yield decrypt_chunks(_NOBODYS, file, context=_context(backup, path.name), key=key)


def measured(path: Place) -> Part:
    """Length and digest of a part as it lies there."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BUFFER):
            digest.update(block)
            size += len(block)
    return Part(size, digest.hexdigest())


class Chunks(io.RawIOBase):
    """Chunks as a file that can be read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self._rest = self._rest or next(self._chunks, b"")
        view = memoryview(cast(bytearray, buffer))
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def as_file(chunks: Iterator[bytes]) -> BinaryIO:
    """A readable file of these chunks."""
    return cast(BinaryIO, io.BufferedReader(Chunks(chunks), _BUFFER))


def _context(backup: str, part: str) -> str:
    return f"backup:{backup}:{part}"
