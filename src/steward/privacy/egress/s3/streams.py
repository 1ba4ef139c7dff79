"""Objects as files: written in parts, read in pieces. Never more than one of them is in memory."""

import io
from types import TracebackType
from typing import Self, cast

from steward.privacy.egress.s3.answers import Kept
from steward.privacy.egress.s3.client import PIECE, Client
from steward.privacy.egress.s3.errors import StoreFault

PART = 8 << 20  # bytes; but for the last, none may have fewer than 5 MiB
MOST_PARTS = 10_000


class Upload:
    """Writes an object of any length; used with `with`. It is there when the block ends well, and else it is not.

    What fits into one part is put at once. `part` bytes are held, and so bound how long an object can be.
    """

    def __init__(self, client: Client, key: str, part: int = PART) -> None:
        self._client, self._key, self._part = client, key, part
        self._held = bytearray()
        self._upload, self._sent = "", list[str]()
        self.size = 0

    def write(self, content: bytes) -> int:
        """Take more bytes; returns how many."""
        self._held += content
        self.size += len(content)
        while len(self._held) > self._part:
            self._send(bytes(self._held[: self._part]))
            del self._held[: self._part]
        return len(content)

    def flush(self) -> None:
        """Nothing is there before the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except BaseException:
            self._give_up()
            raise
        if kind is not None:
            self._give_up()

    def _finish(self) -> None:
        if not self._upload:
            self._client.put(self._key, bytes(self._held))
            return
        self._send(bytes(self._held))
        self._client.complete(self._key, self._upload, self._sent, self.size)

    def _send(self, content: bytes) -> None:
        if len(self._sent) == MOST_PARTS:
            raise StoreFault(f"an object can have {MOST_PARTS} parts, here of {self._part} bytes each")
        if not self._upload:
            self._upload = self._client.begin(self._key)
        self._sent.append(self._client.send_part(self._key, self._upload, len(self._sent) + 1, content))

    def _give_up(self) -> None:
        """Let go of the parts, as far as the store answers; else the nightly upkeep does."""
        self._held.clear()
        if self._upload:
            try:
                self._client.abort(self._key, self._upload)
            except StoreFault:
                return  # what went wrong before is what has to be told


class _Pieces(io.RawIOBase):
    def __init__(self, client: Client, kept: Kept, owns: bool) -> None:
        self._client, self._kept, self._owns = client, kept, owns
        self._read, self._piece = 0, memoryview(b"")

    def close(self) -> None:
        super().close()
        if self._owns:
            self._client.close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if not self._piece and self._read < self._kept.size:
            self._piece = memoryview(self._next())
        view = memoryview(cast(bytearray, buffer))
        size = min(len(view), len(self._piece))
        view[:size], self._piece = self._piece[:size], self._piece[size:]
        return size

    def _next(self) -> bytes:
        kept = self._kept
        piece = self._client.get(kept.key, self._read, min(PIECE, kept.size - self._read), kept.etag)
        self._read += len(piece)
        if not piece or self._read > kept.size:
            raise StoreFault("an object ended before its end", is_passing=True)
        return piece


def reading(client: Client, key: str, *, owns: bool = False) -> io.BufferedReader:
    """An object as a file that can be read once. Raises FileNotFoundError, and while it is read `StoreFault`.

    `owns`: closing the file closes the client.
    """
    kept = client.head(key)
    if kept is None:
        raise FileNotFoundError(f"{client.bucket}/{key}")
    return as_file(client, kept, owns=owns)


def as_file(client: Client, kept: Kept, *, owns: bool = False) -> io.BufferedReader:
    """The same of an object that is known from a list: it is asked for when it is read."""
    return io.BufferedReader(_Pieces(client, kept, owns), 1 << 16)
