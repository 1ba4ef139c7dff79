"""The streams: which path is answered by which ASGI callable, and which of them are open.

A server that stops ends them itself: uvicorn waits for open responses, and these never end by themselves.
"""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType

from steward.lib import tally
from steward.live.hub import Hub
from steward.live.stream import stream
from steward.live.viewer import VIEWER, Viewer
from steward.project.serving.bridge import Bridge, say
from steward.project.serving.protocol import ASGI, Message, Receive, Scope, Send


def events(bridge: Bridge) -> ASGI:
    """What happens in an account, told to a member. The Django view at the same address decides who is let in.

    So a stream is opened by everything a request has to pass: host, session, second factor, network.
    """

    async def admit(scope: Scope) -> Viewer | int:
        status, environ = await bridge.ask(scope)
        viewer = environ.get(VIEWER)
        if viewer is not None and status == 204:
            return viewer  # type: ignore[no-any-return]  # an environ holds anything
        # A way to the sign-in page is of no use to a script.
        return 401 if 300 <= status < 400 else status if status >= 400 else 403

    return stream(Hub(), admit)


STREAMS: Mapping[str, Callable[[Bridge], ASGI]] = MappingProxyType({"/console/events": events})


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
        tally.tell_streams(len(self))
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
            tally.tell_streams(len(self))
