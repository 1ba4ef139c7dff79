"""The web process: uvicorn on a socket that was bound here or inherited from the supervisor.

asyncio's own loop, never uvloop: the audit hook that guards outgoing connections does not see what uvloop does.
"""

import contextlib
import errno
import resource
import socket
import time
from pathlib import Path
from typing import Any, cast

import uvicorn
from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from steward.lib import tally
from steward.live.stream import ABORT, IS_PAUSED
from steward.project.serving.application import application
from steward.project.serving.asgi import Dispatcher
from steward.project.serving.counters import RequestCounter
from steward.project.serving.protocol import Limits

BACKLOG = 2048
MOST_FILES = 2**16  # where the system sets no limit
STOP = 6  # seconds for running requests; the supervisor's patience is 8


class Protocol(HttpToolsProtocol):
    """A connection that streams can drop: a reader who stopped reading is not waited for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope).update({ABORT: self.transport.abort, IS_PAUSED: self._is_paused})

    def _is_paused(self) -> bool:
        return self.flow.write_paused


class Server(uvicorn.Server):
    """A uvicorn that can stop while streams are open."""

    def __init__(self, config: uvicorn.Config, dispatcher: Dispatcher) -> None:
        super().__init__(config)
        self.dispatcher = dispatcher

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams first, then let running requests finish."""
        self.dispatcher.open.end()
        await super().shutdown(sockets)


def listen(host: str, port: int, *, patience: float = 3.0) -> socket.socket:
    """A listening socket that children may inherit. Port 0 takes any free one.

    OSError when the port is still taken after `patience` seconds: after a kill -9 of the supervisor, web processes of
    before may just be finishing.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return _bound(host, port)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise
        time.sleep(0.1)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.listen(BACKLOG)
    bound.set_inheritable(True)
    return bound


def serve(listening: socket.socket, *, data: Path) -> None:
    """Serve until SIGTERM or SIGINT. Django must be set up. `data` is the data directory, for the counters."""
    counter = RequestCounter(data / "metrics")
    tally.begin(data / "metrics", "web")
    dispatcher = Dispatcher(
        application(),
        limits=Limits.from_settings(),
        count=counter.count,
        is_https=settings.SESSION_COOKIE_SECURE,
    )
    run(dispatcher, listening)


def run(dispatcher: Dispatcher, listening: socket.socket) -> None:
    """Run the event loop. Ctrl-C is a way to stop, not an error."""
    _allow_many_connections()
    config = uvicorn.Config(
        dispatcher,
        loop="asyncio",
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # ours: see forwarding
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=STOP,
    )
    with contextlib.suppress(KeyboardInterrupt):
        Server(config, dispatcher).run(sockets=[listening])


def _allow_many_connections() -> None:
    """Each stream is a file descriptor: take as many as the system lets us, not as many as a shell usually gets."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def inherited(number: int) -> socket.socket:
    """The listening socket behind a file descriptor handed down by the supervisor."""
    return socket.socket(fileno=number)
