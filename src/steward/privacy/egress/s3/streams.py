"""Objects as files: written in parts, read in pieces. In memory are those that are sent at once, and one more."""

import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from queue import SimpleQueue
from types import TracebackType
from typing import Self, cast

from django.db import connections

from steward.privacy.egress.s3.answers import Kept
from steward.privacy.egress.s3.client import PIECE, Client
from steward.privacy.egress.s3.errors import StoreFault

PART = 8 << 20  # bytes; but for the last, none may have fewer than 5 MiB
MOST_PARTS = 10_000


class Upload:
    """Writes an object of any length; used with `with`. It is there when the block ends well, and else it is not.

    What fits into one part is put at once. `part` bytes are held, and so bound how long an object can be. `at_once`
    parts are sent beside who writes, over connections of their own: while the store takes one in, the next is made.
    """

    def __init__(self, client: Client, key: str, part: int = PART, *, at_once: int = 0) -> None:
        self._client, self._key, self._part = client, key, part
        self._held = bytearray()
        self._upload, self._sent = "", list[Callable[[], str]]()
        self._beside = _Beside(client, at_once) if at_once else None
        self.size = 0

    def write(self, content: bytes) -> int:
        """Take more bytes; returns how many."""
        rest = memoryview(content)
        self.size += len(content)
        while rest:
            if len(self._held) == self._part:  # and there is more: the last part is never empty
                self._send()
            room = self._part - len(self._held)
            self._held += rest[:room]
            rest = rest[room:]
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
        self._send()
        parts = [told() for told in self._sent]
        self._end()
        self._client.complete(self._key, self._upload, parts, self.size)

    def _send(self) -> None:
        if len(self._sent) == MOST_PARTS:
            raise StoreFault(f"an object can have {MOST_PARTS} parts, here of {self._part} bytes each")
        if not self._upload:
            self._upload = self._client.begin(self._key)
        content, number = bytes(self._held), len(self._sent) + 1
        self._held = bytearray()
        if self._beside:
            sending = self._beside.send(lambda client: client.send_part(self._key, self._upload, number, content))
            self._sent.append(sending.result)
        else:
            told = self._client.send_part(self._key, self._upload, number, content)
            self._sent.append(lambda: told)

    def _end(self) -> None:
        if self._beside:
            self._beside.end()

    def _give_up(self) -> None:
        """Let go of the parts, as far as the store answers; else the nightly upkeep does."""
        self._held.clear()
        self._end()
        if self._upload:
            try:
                self._client.abort(self._key, self._upload)
            except StoreFault:
                return  # what went wrong before is what has to be told


class _Beside:
    """Asks the store from threads of its own, each over one connection. Who asks for more waits for a free one."""

    def __init__(self, client: Client, number: int) -> None:
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="s3-part")
        self._free: SimpleQueue[Client] = SimpleQueue()
        self._clients = [client.another() for _ in range(number)]
        self._asked: list[Future[str]] = []
        for each in self._clients:
            self._free.put(each)

    def send(self, ask: Callable[[Client], str]) -> "Future[str]":
        """Raises what went wrong with an earlier one, so that nothing is made in vain."""
        client = self._free.get()
        ended = [one for one in self._asked if one.done()]
        self._asked = [one for one in self._asked if one not in ended]
        for one in ended:
            one.result()
        self._asked.append(self._threads.submit(copy_context().run, self._ask, client, ask))
        return self._asked[-1]

    def _ask(self, client: Client, ask: Callable[[Client], str]) -> str:
        try:
            return ask(client)
        finally:
            connections.close_all()  # those of this thread: whether it may be sent is asked of the database
            self._free.put(client)

    def end(self) -> None:
        """Wait for what is under way, and end the connections. Ending twice does nothing."""
        self._threads.shutdown(cancel_futures=True)
        with ExitStack() as stack:
            for client in self._clients:
                stack.callback(client.close)


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
