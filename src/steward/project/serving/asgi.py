"""The one application behind the port: a registered path is a stream, everything else is Django's."""

import time
from collections.abc import Callable, Mapping

from steward.project.serving.access_log import write
from steward.project.serving.bridge import Bridge, say
from steward.project.serving.headers import completed
from steward.project.serving.protocol import ASGI, WSGI, Limits, Message, Receive, Scope, Send
from steward.project.serving.streams import STREAMS, OpenStreams

Count = Callable[[int], None]


class Dispatcher:
    """An ASGI application. `count` is told the status of each answer; `streams`: the registered ones.

    `is_https`: people reach us over TLS only, and browsers shall remember that.
    """

    def __init__(
        self,
        wsgi: WSGI,
        *,
        limits: Limits,
        streams: Mapping[str, ASGI] | None = None,
        count: Count = lambda _status: None,
        is_https: bool = False,
    ) -> None:
        self.bridge = Bridge(wsgi, limits)
        self.streams = {path: make(self.bridge) for path, make in STREAMS.items()} if streams is None else streams
        self.open = OpenStreams()
        self.count = count
        self.is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """HTTP only: there are no WebSockets, and start and stop are the server's business."""
        if scope["type"] != "http":
            raise NotImplementedError(f"ASGI scope {scope['type']!r}")
        began, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self.count(status)
                message = {**message, "headers": completed(message.get("headers", []), is_https=self.is_https)}
            await send(message)

        try:
            await self._dispatch(scope, receive, watched)
        finally:
            write(scope, status, time.perf_counter() - began)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = self.streams.get(scope["path"])
        if stream is None:
            return await self.bridge(scope, receive, send)
        scope["steward.route"] = scope["path"]
        if scope["method"] != "GET":
            return await say(send, 405, "A stream is read with GET.\n")
        return await self.open.run(stream, scope, receive, send)
