"""One stream: the ASGI callable behind `/console/events`, and the reader at its other end.

An idle stream is one task that waits for the client to hang up. What the hub has to say is written by a second task,
which lives for as long as there is something to write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from steward.live import wire
from steward.live.viewer import Viewer

if TYPE_CHECKING:
    from steward.live.hub import Hub

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Admit = Callable[[Scope], Awaitable[Viewer | int]]
"""Lets somebody in, or says with which HTTP status they are kept out."""

ABORT = "steward.abort"
"""The key of a scope under which the server leaves a function that drops the connection at once."""

IS_PAUSED = "steward.is_paused"
"""The key of a scope under which the server leaves a function that says whether writing would wait for the reader."""

MOST_UNREAD = 64 * 2**10  # bytes that wait for a slow reader, besides what the sockets hold
LAST = {"type": "http.response.body", "body": b""}


class Stream:
    """Somebody who listens."""

    __slots__ = (
        "_drop", "_is_paused", "_send", "_unread", "_writer", "is_over", "is_ready", "position", "until", "viewer",
    )  # fmt: skip

    def __init__(self, viewer: Viewer, send: Send, scope: Scope) -> None:
        self.viewer = viewer
        self.position = 0  # the last one that was told
        self.is_ready = False  # the hub tells it what happens from now on
        self.is_over = False
        self.until = 0.0  # of the loop's clock: then it ends, and is let in anew
        self._send = send
        self._drop: Callable[[], None] | None = scope.get(ABORT)
        self._is_paused: Callable[[], bool] = scope.get(IS_PAUSED, lambda: True)
        self._unread = b""
        self._writer: asyncio.Task[None] | None = None

    def push(self, chunk: bytes) -> None:
        """Write soon. Who does not read for too long is cut off, and resumes where they were."""
        if self.is_over or not chunk:
            return
        if self._writer is None and not self._is_paused():
            return _run_through(self.write(chunk))  # no task for each of a thousand streams
        self._unread += chunk
        if len(self._unread) > MOST_UNREAD:
            self.end()
        elif self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    def end(self) -> None:
        """No more is told from now on. The client may ask to be let in again."""
        if self.is_over:
            return
        self.is_over = True
        self._unread = b""
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())
        elif self._drop:
            self._drop()  # it waits for a reader who may never read on

    async def write(self, chunk: bytes) -> None:
        """Write now, waiting for the reader; before the hub tells anything. Nothing once the stream is over."""
        if not self.is_over:
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _write(self) -> None:
        while self._unread:
            chunk, self._unread = self._unread, b""
            await self.write(chunk)
        self._writer = None
        if self.is_over:
            await self._send(LAST)  # which also ends the task that waits for the client


def _run_through(writing: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that has nothing to wait for."""
    try:
        writing.send(None)
    except StopIteration:
        return
    raise RuntimeError("the server said that writing would not wait")


def stream(hub: "Hub", admit: Admit) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI callable: lets somebody in, tells what they missed, and then what happens."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        viewer = await admit(scope)
        if not isinstance(viewer, Viewer):
            return await _refuse(send, viewer)
        after = _resumed_at(scope)
        if not await hub.is_ready():
            return await _refuse(send, 503)
        await send(dict(wire.OPENING))
        listener = Stream(viewer, send, scope)
        async with hub.listening(listener):
            await hub.catch_up(listener, after)
            while (await receive())["type"] != "http.disconnect":
                continue

    return serve


def _resumed_at(scope: Scope) -> int | None:
    """The last position the client has: `Last-Event-ID`, which a browser sends by itself, or else `?after=`."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    asked = parse_qs(scope["query_string"].decode("ascii", "replace")).get("after", [""])[-1]
    told = headers.get(b"last-event-id", b"").decode("ascii", "replace") or asked
    return int(told) if told.isdecimal() and len(told) < 19 else None


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send(LAST)
