"""The streams of one process, without sockets: each listener hands the application a `receive` and a `send`."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from steward.project.serving.application import application
from steward.project.serving.asgi import Dispatcher
from steward.project.serving.protocol import Limits

PATIENCE = 10.0


class Listener:
    """One stream, as a browser has it. What it was sent is cut into messages as they come."""

    def __init__(
        self,
        serving: "Serving",
        client: Any,
        *,
        after: int | None = None,
        path: str = "/console/events",
        reads: bool = True,
    ) -> None:
        self.serving, self.after = serving, after
        self.status: int | None = None
        self.messages: list[dict[str, Any]] = []
        self.is_over = False
        self.said_after_the_end: list[Any] = []  # a server would raise
        self.reads = asyncio.Event()
        if reads:
            self.reads.set()
        self._gone = asyncio.Event()
        self._text = ""
        self._scope = self._scope_of(client, after, path)
        self._task = serving.start(self._listen())

    def _scope_of(self, client: Any, after: int | None, path: str) -> dict[str, Any]:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"host", client.defaults["HTTP_HOST"].encode()), (b"cookie", cookie.encode())]
        if after is not None:
            headers.append((b"last-event-id", str(after).encode()))
        return {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "http_version": "1.1", "scheme": "http", "headers": headers, "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "steward.abort": self._gone.set,
            "steward.is_paused": lambda: not self.reads.is_set(),
        }  # fmt: skip

    async def _listen(self) -> None:
        try:
            await self.serving.dispatcher(self._scope, self._receive, self._send)
        finally:
            self.is_over = True

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self.reads.wait()
        if self._gone.is_set():
            self.said_after_the_end.append(message)
        *blocks, self._text = (self._text + message["body"].decode()).split("\n\n")
        self.messages += [parsed(block) for block in blocks]
        if not message.get("more_body"):
            self._gone.set()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in list(self.messages) if message["event"] == kind]

    @property
    def positions(self) -> list[int]:
        return [message["id"] for message in self.of("message")]

    @property
    def last(self) -> int | None:
        """What a browser would send as `Last-Event-ID`."""
        return next((message["id"] for message in reversed(list(self.messages)) if message["id"]), self.after)

    def wait(self, condition: Any, *, seconds: float = PATIENCE) -> "Listener":
        """Until `condition(self)` holds."""
        end = time.monotonic() + seconds
        while not condition(self):
            assert time.monotonic() < end, (self.status, self.is_over, self.messages[-5:])
            time.sleep(0.005)
        return self

    def opened(self) -> "Listener":
        """It hears what happens from now on."""
        return self.wait(lambda listener: listener.of("presence"))

    def ended(self, *, seconds: float = PATIENCE) -> "Listener":
        return self.wait(lambda listener: listener.is_over, seconds=seconds)

    def hang_up(self) -> None:
        self.serving.do(self._gone.set)
        self.ended()

    def stop_reading(self) -> None:
        self.serving.do(self.reads.clear)


def parsed(block: str) -> dict[str, Any]:
    lines = dict(line.split(": ", 1) for line in block.split("\n"))
    position = int(lines["id"]) if "id" in lines else None
    return {"event": lines.get("event", "message"), "id": position, "data": json.loads(lines["data"])}


class Serving:
    """A web process as far as streams go: its event loop runs in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="streams")
        self.thread.start()
        self.dispatcher = Dispatcher(application(), limits=Limits(threads=2))

    def start(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def do(self, call: Any) -> None:
        self.loop.call_soon_threadsafe(call)

    def listen(self, client: Any, **options: Any) -> Listener:
        return Listener(self, client, **options)

    def stop(self) -> None:
        async def end() -> None:
            self.dispatcher.open.end()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.sleep(0.05)
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.start(end()).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.dispatcher.bridge.pool.shutdown()


@pytest.fixture
def serving(transactional_db: None) -> Iterator[Serving]:
    """The streams of a process; everything is committed."""
    started = Serving()
    yield started
    started.stop()


@pytest.fixture
def second_serving(transactional_db: None) -> Iterator[Serving]:
    """Another process beside it."""
    started = Serving()
    yield started
    started.stop()
