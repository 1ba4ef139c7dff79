"""The streams: which path is answered by which ASGI callable, and which of them are open.

A server that stops ends them itself: uvicorn waits for open responses, and these never end by themselves.
"""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from steward.project.serving.bridge import say
from steward.project.serving.protocol import ASGI, Message, Receive, Scope, Send

STREAMS: Mapping[str, ASGI] = MappingProxyType({})


class OpenStreams:
    """The open streams of one process."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()

    def __len__(self) -> int:
        return len(self._tasks)

    def end(self) -> None:
        """End all of them, each with a complete response, so that browsers reconnect with the last id they saw."""
        self._ending.set()
        for task in list(self._tasks):
            task.cancel()

    async def run(self, stream: ASGI, scope: Scope, receive: Receive, send: Send) -> None:
        """Run `stream` in the current task until it ends or `end()` is called."""
        if self._ending.is_set():
            return await say(send, 503, "The server is restarting; please connect again.\n")
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - an ASGI server always calls from a task
        self._tasks.add(task)
        try:
            await stream(scope, receive, watched)
        except asyncio.CancelledError:
            if not self._ending.is_set():
                raise
            task.uncancel()
            if has_started:
                await send({"type": "http.response.body", "body": b""})
            else:
                await say(send, 503, "The server is restarting; please connect again.\n")
        finally:
            self._tasks.discard(task)
