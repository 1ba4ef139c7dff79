"""The web process on a real socket: several processes on one port, static files, stopping while streams are open."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from steward.privacy.egress import wall
from steward.project.serving import counters, web

pytestmark = [pytest.mark.usefixtures("child_processes"), pytest.mark.system]

PROGRAM = """
import asyncio, os, sys, time
from pathlib import Path
from steward.project.serving import web
from steward.project.serving.asgi import Dispatcher
from steward.project.serving.counters import RequestCounter
from steward.project.serving.protocol import Limits

def wsgi(environ, start):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]

async def live(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"event", "more_body": True})
        await asyncio.sleep(0.05)

counter = RequestCounter(Path(sys.argv[2]))
dispatcher = Dispatcher(wsgi, limits=Limits(threads=1), streams={"/live": live}, count=counter.count)
web.run(dispatcher, web.inherited(int(sys.argv[1])))
"""


class Site:
    """A port, and the processes that serve it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listening = web.listen("127.0.0.1", 0)
        self.port = int(self.listening.getsockname()[1])
        self.processes: list[subprocess.Popen[bytes]] = []

    def add(self) -> "subprocess.Popen[bytes]":
        number = self.listening.fileno()
        command = [sys.executable, "-c", PROGRAM, str(number), str(self.folder)]
        self.processes.append(subprocess.Popen(command, pass_fds=[number]))
        return self.processes[-1]

    def wait_for_counters(self, number: int) -> None:
        end = time.monotonic() + 20
        while len(list(self.folder.glob("requests-*"))) < number:
            assert time.monotonic() < end
            time.sleep(0.02)

    def connect(self) -> socket.socket:
        with wall.allow(("127.0.0.1", self.port)):
            return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def get(self, path: str = "/") -> bytes:
        """The whole answer, headers and all."""
        with self.connect() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            return everything(connection)


def everything(connection: socket.socket) -> bytes:
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with _site(tmp_path) as made:
        yield made


@contextmanager
def _site(folder: Path) -> Iterator[Site]:
    made = Site(folder)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
            process.wait()
        made.listening.close()


def test_several_processes_share_a_port_and_counters_outlive_them(site: Site) -> None:
    first, second = site.add(), site.add()
    site.wait_for_counters(2)
    pids = {site.get().rpartition(b"\r\n")[2] for _ in range(60)}
    assert pids <= {str(first.pid).encode(), str(second.pid).encode()}
    first.kill()
    first.wait()
    assert site.get().endswith(str(second.pid).encode())
    third = site.add()
    second.kill()
    second.wait()
    assert site.get().endswith(str(third.pid).encode())
    assert counters.totals(site.folder)["2xx"] == 62
    assert len(list(site.folder.glob("requests-*"))) == 2


def test_no_server_name_is_told(site: Site) -> None:
    site.add()
    headers = site.get().lower()
    assert b"\r\nserver:" not in headers
    assert b"\r\ndate:" in headers


def test_stop_with_open_streams_and_a_running_request(site: Site) -> None:
    process = site.add()
    stream, slow = site.connect(), site.connect()
    stream.sendall(b"GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
    assert stream.recv(65536).startswith(b"HTTP/1.1 200 ")
    slow.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert everything(stream).endswith(b"\r\n0\r\n\r\n")  # RFC 9112 section 7.1: the last chunk; nothing was cut off
    assert everything(slow).startswith(b"HTTP/1.1 200 ")
    assert process.wait(timeout=5) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < 3
    stream.close()
    slow.close()


def test_a_port_that_is_taken_is_an_error() -> None:
    with web.listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        web.listen("127.0.0.1", taken.getsockname()[1], patience=0.1)


def test_a_large_upload_to_a_refusal_sees_the_answer(site: Site) -> None:
    """It is read and dropped: closing at once would reset the connection before the answer is read."""
    site.add()
    size = 60 * 2**20
    with site.connect() as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(60):
            connection.sendall(bytes(2**20))
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"larger than the 50 MiB" in answer


def test_the_socket_belongs_to_children_only_when_handed_down() -> None:
    with web.listen("127.0.0.1", 0) as listening:
        assert os.get_inheritable(listening.fileno())


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length : 5",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding:\x0bchunked",
        "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 4",
    ],
)
def test_a_request_that_two_servers_would_read_differently_is_answered_once(site: Site, head: str) -> None:
    """Request smuggling (RFC 9112 section 6.3): what is hidden behind the body is no request of its own."""
    site.add()
    site.wait_for_counters(1)
    hidden = "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
    with site.connect() as connection:
        connection.settimeout(3)
        connection.sendall(f"POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n{hidden}".encode("latin-1"))
        try:
            answer = everything(connection)
        except TimeoutError:
            answer = b"HTTP/1.1 200 and waiting"  # told apart below: it must not wait for more
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("path", ["/", "/live"])
@pytest.mark.parametrize("protocol", ["websocket", "h2c", "TLS/1.0"])
def test_a_connection_stays_what_it_is(site: Site, path: str, protocol: str) -> None:
    """No WebSocket and no other protocol: whatever is asked for, the answer is one of HTTP/1.1."""
    site.add()
    site.wait_for_counters(1)
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://evil.example\r\n\r\n"
    )
    with site.connect() as connection:
        connection.sendall(asked.encode())
        answer = connection.recv(65536)
    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400", b"HTTP/1.1 403")), answer
    assert b"101" not in answer.partition(b"\r\n")[0]
    assert b"sec-websocket-accept" not in answer.lower()
