"""The dispatcher and the bridge, message by message: no sockets."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from steward.project.serving.asgi import Dispatcher
from steward.project.serving.bridge import Blocks, Bridge
from steward.project.serving.protocol import WSGI, Environ, Limits, Message, Receive, Scope, Send, StartResponse
from steward.project.serving.streams import OpenStreams

DISCONNECT: Message = {"type": "http.disconnect"}
HOST = (b"host", b"northwind.example")


def scope(path: str = "/", *, method: str = "GET", headers: Iterable[tuple[bytes, bytes]] = (), **more: Any) -> Scope:
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 8000), "client": ("192.0.2.7", 5000),
        "headers": [HOST, *headers], **more,
    }  # fmt: skip


def chunk(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


class Client:
    """Feeds messages to an application and keeps what it sends."""

    def __init__(self, *messages: Message, stay: bool = True) -> None:
        self.messages = list(messages)
        self.stay = stay
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self.messages:
            return self.messages.pop(0)
        if self.stay:
            await asyncio.sleep(3600)
        return DISCONNECT

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


def ask(wsgi: WSGI, request: Scope, *messages: Message, stay: bool = True, limits: Limits | None = None) -> Client:
    client = Client(*(messages or (chunk(b""),)), stay=stay)
    asyncio.run(Bridge(wsgi, limits or Limits())(request, client.receive, client.send))
    return client


def echo(environ: Environ, start: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


class Keeper:
    """A WSGI application that keeps the environ."""

    environ: Environ

    def __call__(self, environ: Environ, start: StartResponse) -> list[bytes]:
        self.environ = environ
        start("204 No Content", [])
        return []


def environ_of(request: Scope, limits: Limits | None = None) -> Environ:
    keeper = Keeper()
    ask(keeper, request, limits=limits)
    return keeper.environ


def never(environ: Environ, start: StartResponse) -> list[bytes]:
    raise AssertionError("the application must not be asked")


@pytest.mark.parametrize("size", [0, 10, 2**20 + 1])
def test_the_body_arrives_whole(size: int) -> None:
    body = bytes(size)
    assert ask(echo, scope(method="POST"), chunk(body)).body == body
    half = size // 2
    assert ask(echo, scope(method="POST"), chunk(body[:half], more=True), chunk(body[half:])).body == body


def test_a_body_up_to_the_limit_passes_and_one_byte_more_does_not() -> None:
    limits = Limits(body=100)
    assert ask(echo, scope(method="POST"), chunk(bytes(60), more=True), chunk(bytes(40)), limits=limits).status == 200
    for messages in ([chunk(bytes(101))], [chunk(bytes(60), more=True), chunk(bytes(41))]):
        client = ask(never, scope(method="POST"), *messages, limits=limits)
        assert client.status == 413
        assert b"larger than the" in client.body
        assert b"Nothing was stored" in client.body


def test_an_announced_giant_is_refused_before_it_is_read() -> None:
    request = scope(method="POST", headers=[(b"content-length", b"1000000")])
    assert ask(never, request, chunk(b"x", more=True), limits=Limits(body=100)).status == 413


def test_an_endless_body_is_cut_off() -> None:
    client = Client()
    client.messages = [chunk(bytes(100), more=True) for _ in range(1000)]
    asyncio.run(Bridge(never, Limits(body=100))(scope(method="POST"), client.receive, client.send))
    assert client.status == 413
    assert len(client.messages) > 900


def test_a_sender_that_hangs_up_is_not_answered_and_the_application_not_asked() -> None:
    assert ask(never, scope(method="POST"), chunk(b"half", more=True), DISCONNECT).sent == []
    assert ask(never, scope(method="POST"), DISCONNECT).sent == []


def test_a_sender_that_stalls_is_told() -> None:
    client = ask(never, scope(method="POST"), chunk(b"half", more=True), limits=Limits(idle=0.05))
    assert client.status == 408


def test_names_are_lower_case_and_connection_headers_stay_behind() -> None:
    def app(environ: Environ, start: StartResponse) -> list[bytes]:
        start("200 OK", [("X-Frame-Options", "DENY"), ("Connection", "upgrade"), ("Transfer-Encoding", "chunked")])
        return [b""]

    assert ask(app, scope()).headers == {b"x-frame-options": b"DENY", b"content-length": b"0"}


def test_a_whole_body_has_a_length_and_no_body_has_none() -> None:
    def app(environ: Environ, start: StartResponse) -> list[bytes]:
        start(environ["PATH_INFO"][1:], [])
        return [b"four"] if environ["PATH_INFO"] == "/200" else []

    assert ask(app, scope("/200")).headers == {b"content-length": b"4"}
    assert ask(app, scope("/204")).headers == ask(app, scope("/304")).headers == {}


def test_headers_become_an_environ() -> None:
    headers = [
        (b"Content-Type", b"text/plain"), (b"content-length", b"999"), (b"cookie", b"a=1"), (b"cookie", b"b=2"),
        (b"accept", b"x"), (b"accept", b"y"), (b"x_forwarded_for", b"10.0.0.1"), (b"proxy", b"http://evil"),
        (b"te", b"trailers"), (b"transfer-encoding", b"chunked"),
    ]  # fmt: skip
    environ = environ_of(scope("/a%2Fb/%C5%82", headers=headers, query_string=b"q=%C5%82&\xff"))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a/b/ł"
    assert environ["QUERY_STRING"] == "q=%C5%82&\xff"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["CONTENT_LENGTH"] == "0"
    assert {name: value for name, value in environ.items() if name.startswith("HTTP_")} == {
        "HTTP_HOST": "northwind.example",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_ACCEPT": "x,y",
    }


FORWARDED = [
    (b"x-forwarded-for", b"203.0.113.9, 198.51.100.4, 10.0.0.2"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"help.example"),
]


def test_nobody_forwards_unless_named() -> None:
    environ = environ_of(scope(headers=FORWARDED))
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("192.0.2.7", "http")
    assert environ["HTTP_HOST"] == "northwind.example"
    assert not [name for name in environ if "FORWARDED" in name]
    assert environ["steward.unnamed_proxy"]
    assert not environ_of(scope())["steward.unnamed_proxy"]


def test_a_named_proxy_is_believed_and_what_came_before_it_is_not() -> None:
    limits = Limits(proxies=(ip_network("192.0.2.7"), ip_network("10.0.0.0/8")))
    environ = environ_of(scope(headers=FORWARDED), limits)
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("198.51.100.4", "https")
    assert environ["HTTP_HOST"] == "help.example"
    assert not environ["steward.unnamed_proxy"]


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (b"", "192.0.2.7"), (b"unknown", "192.0.2.7"), (b"203.0.113.9:4711", "203.0.113.9"),
        (b"[2001:db8::1]:443", "2001:db8::1"), (b"2001:db8::1", "2001:db8::1"), (b"::ffff:203.0.113.9", "203.0.113.9"),
        (b"evil, 203.0.113.9", "203.0.113.9"), (b"203.0.113.9, evil", "192.0.2.7"),
    ],
)  # fmt: skip
def test_addresses_as_proxies_write_them(forwarded: bytes, address: str) -> None:
    limits = Limits(proxies=(ip_network("192.0.2.7"),))
    assert environ_of(scope(headers=[(b"x-forwarded-for", forwarded)]), limits)["REMOTE_ADDR"] == address


def test_two_lines_of_forwarding_are_one_list() -> None:
    limits = Limits(proxies=(ip_network("192.0.2.7"),))
    headers = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"198.51.100.4")]
    assert environ_of(scope(headers=headers), limits)["REMOTE_ADDR"] == "198.51.100.4"


class Pieces:
    """A streaming body that counts how far it was read."""

    streaming = True

    def __init__(self, number: int) -> None:
        self.number, self.read, self.closed = number, 0, False

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.number):
            self.read += 1
            yield b"piece"

    def close(self) -> None:
        self.closed = True


def streaming(pieces: Pieces) -> WSGI:
    def app(environ: Environ, start: StartResponse) -> Pieces:
        start("200 OK", [])
        return pieces

    return app


def test_a_stream_goes_out_in_pieces_and_is_closed() -> None:
    pieces = Pieces(3)
    client = ask(streaming(pieces), scope())
    assert [message["body"] for message in client.sent[1:]] == [b"piece"] * 3 + [b""]
    assert [message.get("more_body", False) for message in client.sent[1:]] == [True] * 3 + [False]
    assert pieces.closed


def test_a_reader_that_hangs_up_ends_the_stream() -> None:
    pieces = Pieces(1000)
    ask(streaming(pieces), scope(), stay=False)
    assert pieces.read < 1000
    assert pieces.closed


def test_a_broken_stream_is_closed_and_not_passed_off_as_whole() -> None:
    class Broken(Pieces):
        def __iter__(self) -> Iterator[bytes]:
            yield b"piece"
            raise OSError("disk")

    pieces, client = Broken(1), Client(chunk(b""))
    with pytest.raises(OSError, match="disk"):
        asyncio.run(Bridge(streaming(pieces), Limits())(scope(), client.receive, client.send))
    assert pieces.closed
    assert client.sent[-1]["more_body"]


def test_a_file_goes_out_whole_when_small_and_in_blocks_when_large() -> None:
    import io

    def app(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        size = int(environ["PATH_INFO"][1:])
        start("200 OK", [("Content-Length", str(size))])
        blocks: Blocks = environ["wsgi.file_wrapper"](io.BytesIO(bytes(size)), 10)
        return blocks

    small, large = ask(app, scope("/1000")), ask(app, scope("/1000000"))
    assert len(small.sent) == 2
    assert len(large.sent) == 2 + 16
    assert (len(small.body), len(large.body)) == (1000, 1000000)


def test_an_application_that_fails_is_answered_for(caplog: pytest.LogCaptureFixture) -> None:
    def app(environ: Environ, start: StartResponse) -> list[bytes]:
        raise RuntimeError("broken")

    client = ask(app, scope())
    assert client.status == 500
    assert b"broken" not in client.body
    assert "broken" in caplog.text


def test_one_request_leaves_nothing_in_the_thread_for_the_next() -> None:
    from contextvars import ContextVar

    account: ContextVar[str] = ContextVar("account", default="nobody")

    def app(environ: Environ, start: StartResponse) -> list[bytes]:
        before = account.get()
        account.set(environ["PATH_INFO"])
        start("200 OK", [])
        return [before.encode()]

    async def two() -> list[bytes]:
        bridge = Bridge(app, Limits(threads=1))
        clients = [Client(chunk(b"")), Client(chunk(b""))]
        for client in clients:
            await bridge(scope("/northwind"), client.receive, client.send)
        return [client.body for client in clients]

    assert asyncio.run(two()) == [b"nobody", b"nobody"]


def test_slow_readers_and_stalled_senders_hold_no_thread() -> None:
    """With a single thread: three who do not read, three who do not send, and one who is answered at once."""

    async def scene() -> float:
        bridge = Bridge(lambda environ, start: streaming(Pieces(10))(environ, start), Limits(threads=1))

        async def stuck(_message: Message) -> None:
            await asyncio.sleep(3600)

        slow = [asyncio.create_task(bridge(scope(), Client(chunk(b"")).receive, stuck)) for _ in range(3)]
        stalled = Client(chunk(b"half", more=True))
        slow += [asyncio.create_task(bridge(scope(method="POST"), stalled.receive, stuck)) for _ in range(3)]
        await asyncio.sleep(0.1)
        began, quick = time.perf_counter(), Client(chunk(b""))
        await bridge(scope(), quick.receive, quick.send)
        assert quick.status == 200
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return time.perf_counter() - began

    assert asyncio.run(scene()) < 0.5


def test_the_application_runs_in_as_many_threads_as_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def app(environ: Environ, start: StartResponse) -> list[bytes]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        start("200 OK", [])
        return []

    async def many() -> None:
        bridge = Bridge(app, Limits(threads=2))
        clients = [Client(chunk(b"")) for _ in range(6)]
        await asyncio.gather(*(bridge(scope(), client.receive, client.send) for client in clients))

    asyncio.run(many())
    assert most == 2


async def live(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"event\n\n", "more_body": True})
        await asyncio.sleep(0.01)


def test_streams_end_with_a_complete_response_when_the_server_stops() -> None:
    async def scene() -> list[Client]:
        dispatcher = Dispatcher(never, limits=Limits(), streams={"/live": live})
        clients = [Client(), Client()]
        tasks = [asyncio.create_task(dispatcher(scope("/live"), each.receive, each.send)) for each in clients]
        await asyncio.sleep(0.05)
        assert len(dispatcher.open) == 2
        dispatcher.open.end()
        await asyncio.wait_for(asyncio.gather(*tasks), 1)
        assert len(dispatcher.open) == 0
        late = Client()
        await dispatcher(scope("/live"), late.receive, late.send)
        return [*clients, late]

    *ended, late = asyncio.run(scene())
    for client in ended:
        assert client.sent[-1] == {"type": "http.response.body", "body": b""}
        assert client.sent[-2]["more_body"]
    assert late.status == 503


def test_a_stream_that_is_cancelled_by_somebody_else_stays_cancelled() -> None:
    async def scene() -> None:
        streams, client = OpenStreams(), Client()
        task = asyncio.create_task(streams.run(live, scope("/live"), client.receive, client.send))
        await asyncio.sleep(0.02)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(scene())


def test_a_stream_is_read_with_get_only() -> None:
    client = Client(chunk(b""))
    dispatcher = Dispatcher(never, limits=Limits(), streams={"/live": live})
    asyncio.run(dispatcher(scope("/live", method="POST"), client.receive, client.send))
    assert client.status == 405


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[WSGI, Scope], str]:
    def run(wsgi: WSGI, request: Scope) -> str:
        client = Client(chunk(b""))
        with caplog.at_level(logging.INFO, "steward.access"):
            asyncio.run(Dispatcher(wsgi, limits=Limits())(request, client.receive, client.send))
        return caplog.messages[-1]

    return run


def test_the_access_log_has_the_route_and_nothing_personal(logged: Callable[[WSGI, Scope], str]) -> None:
    def app(environ: Environ, start: StartResponse) -> list[bytes]:
        environ["steward.route"] = "console/tickets/<code>"
        start("200 OK", [])
        return []

    headers = [(b"user-agent", b"Lynx"), (b"cookie", b"secret")]
    line = logged(app, scope("/console/tickets/NW-1", headers=headers, query_string=b"q=eli@example.org"))
    assert line.split(" ", 3)[:3] == ["GET", "console/tickets/<code>", "200"]
    assert line.endswith(" ms")
    assert logged(echo, scope("/reset/eli@example.org", method="SECRET")).startswith("OTHER - 200 ")


def test_answers_are_counted() -> None:
    seen: list[int] = []
    client = Client(chunk(b""))
    asyncio.run(Dispatcher(echo, limits=Limits(), count=seen.append)(scope(), client.receive, client.send))
    assert seen == [200]
