"""Many browsers that listen: an outside actor in a process of its own.

It is given a port, and on standard input, as one line of JSON, the host and a cookie for each stream to open. It tells
when all are open; then, for a line with the moments at which events were committed (by position, of the monotonic
clock), how long each stream waited for each event; and for an empty line it ends. It imports no settings and no models,
and talks to this machine only.
"""

import asyncio
import json
import re
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from steward.bench.figures import Spread

HOST = "127.0.0.1"
AT_ONCE = 20  # streams that are being opened
PATIENCE = 30.0  # seconds until one is open, or a last event has come
_EVENT = re.compile(rb"(?:^|\n)id: (\d+)\ndata: ")


@dataclass(eq=False)
class Ear(asyncio.Protocol):
    """One browser: notes when it heard of which position."""

    request: bytes
    heard: dict[int, float] = field(default_factory=dict)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    begun: bytes = b""  # of the answer, until the stream is open
    transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        if not self.opened.is_set():
            self.begun += data
            if b"event: presence" in self.begun:  # the last of what an opened stream begins with
                self.opened.set()
        for position in _EVENT.findall(data):
            self.heard[int(position)] = at

    def connection_lost(self, _error: Exception | None) -> None:
        self.opened.set()  # whoever waits for it looks at how the answer begins

    @property
    def is_refused(self) -> bool:
        return b"event: presence" not in self.begun


class NotOpened(RuntimeError):
    """The server did not open a stream; with the beginning of what it answered."""


async def hear(port: int, asked: Mapping[str, Any]) -> None:
    """Open all streams, then answer what comes on standard input."""
    await _until_it_listens(port)
    opening = asyncio.Semaphore(AT_ONCE)
    began = time.monotonic()
    ears = await asyncio.gather(*(_opened(port, opening, asked["host"], cookie) for cookie in asked["cookies"]))
    _say({"opened": len(ears), "seconds": round(time.monotonic() - began, 1)})
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        committed = {int(position): at for position, at in json.loads(line).items()}
        await _all_heard(ears, max(committed))
        _say(_told(ears, committed))


async def _until_it_listens(port: int) -> None:
    """Raises `ConnectionRefusedError` when nobody listens for `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, HOST, port)
            return transport.close()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
        await asyncio.sleep(0.1)


async def _opened(port: int, opening: asyncio.Semaphore, host: str, cookie: str) -> Ear:
    request = f"GET /console/events HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
    async with opening, asyncio.timeout(PATIENCE):
        _, ear = await asyncio.get_running_loop().create_connection(lambda: Ear(request.encode()), HOST, port)
        await ear.opened.wait()
    if ear.is_refused:
        raise NotOpened(ear.begun[:200].decode(errors="replace") or "closed without an answer")
    return ear


async def _all_heard(ears: Sequence[Ear], last: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not all(last in ear.heard for ear in ears):
        await asyncio.sleep(0.05)


def _told(ears: Sequence[Ear], committed: Mapping[int, float]) -> dict[str, Any]:
    waited = [ear.heard[position] - at for ear in ears for position, at in committed.items() if position in ear.heard]
    spread = Spread.of(waited)
    return {"p50": spread.p50, "p95": spread.p95, "p99": spread.p99, "longest": spread.longest, "heard": len(waited)}


def _say(told: Mapping[str, Any]) -> None:
    print(json.dumps(told), flush=True)


def main() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(hear(int(sys.argv[1]), json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    main()
