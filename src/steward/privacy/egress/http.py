"""Calling an HTTP server through the gate: one request and its answer, each redirect decided anew (RFC 9110).

httpx speaks the protocol; the only sockets it gets are those of a passage, connected to the addresses that were
checked. It reads no proxy and no password from the environment, keeps no cookies and follows nothing by itself.
"""

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import httpcore
import httpx

from steward.privacy.egress import configuration, tls
from steward.privacy.egress.addresses import BadDestination, Destination, Unresolvable
from steward.privacy.egress.deadline import Deadline
from steward.privacy.egress.decision import EgressDenied, Request
from steward.privacy.egress.gate import CONNECT_SECONDS, Passage, passage

CALL_SECONDS = 30.0  # for the whole of it, redirects included
LONGEST_BODY = 8 << 20  # bytes, decoded
MOST_REDIRECTS = 5
_PORTS = {"https": 443, "http": 80}


class Fault(StrEnum):
    """What went wrong with a call that was allowed."""

    ADDRESS = "address"  # not an address that can be called
    CLEAR = "clear"  # without TLS, to somebody the operator did not name
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    PROTOCOL = "protocol"  # what came is no HTTP
    TOO_SLOW = "too_slow"
    TOO_LONG = "too_long"
    TOO_MANY_REDIRECTS = "too_many_redirects"


class CallFailed(OSError):
    """An allowed call that came to nothing; what the caller may say of it is `fault`."""

    def __init__(self, fault: Fault, words: str = "") -> None:
        super().__init__(words or fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked of whom, for which purpose. `categories` are fideslang keys; `body` is sent as it is."""

    account_id: UUID | None
    purpose: str
    categories: tuple[str, ...]
    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    is_restricted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, from `url` in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def call(wanted: Call, *, seconds: float = CALL_SECONDS, longest: int = LONGEST_BODY) -> Answer:
    """Make the call and read all of its answer. Raises `EgressDenied`, `CallFailed`, or `InsideTransaction`."""
    running = _Running(wanted, longest)
    with _client(running) as client, Deadline(lambda: running.sock, seconds) as deadline:
        request: httpx.Request | None = _request(client, wanted)
        for _ in range(MOST_REDIRECTS + 1):
            answer, request = _exchange(client, running, request, deadline)
            if request is None:
                return answer
            _refuse_downgrade(answer.url, request)
    raise CallFailed(Fault.TOO_MANY_REDIRECTS)


@dataclass(slots=True)
class _Running:
    """One call while it goes on; `sock` is the connection of the moment, for the deadline to shut."""

    wanted: Call
    longest: int
    sock: socket.socket | None = None


def _client(running: _Running) -> httpx.Client:
    return httpx.Client(transport=_Transport(running), trust_env=False, follow_redirects=False)


def _request(client: httpx.Client, wanted: Call) -> httpx.Request:
    headers = {"user-agent": "Steward", "accept-encoding": "identity", **wanted.headers}
    try:
        return client.build_request(wanted.method, wanted.url, headers=headers, content=wanted.body or None)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise CallFailed(Fault.ADDRESS, str(error)) from error


def _exchange(
    client: httpx.Client, running: _Running, request: httpx.Request | None, deadline: Deadline
) -> tuple[Answer, httpx.Request | None]:
    assert request is not None  # noqa: S101  for types: the caller ends when there is none
    with _told(deadline):
        response = client.send(request, stream=True)
        try:
            body = _body(response, running.longest)
        finally:
            response.close()
            client.cookies.clear()
    answer = Answer(response.status_code, response.headers, body, str(response.url))
    return answer, response.next_request


def _body(response: httpx.Response, longest: int) -> bytes:
    parts = bytearray()
    for part in response.iter_bytes():
        parts += part
        if len(parts) > longest:
            raise CallFailed(Fault.TOO_LONG)
    return bytes(parts)


def _refuse_downgrade(before: str, request: httpx.Request) -> None:
    """What was asked for under TLS is not asked for again in clear."""
    if before.startswith("https:") and request.url.scheme != "https":
        raise CallFailed(Fault.CLEAR, "a redirect leads out of TLS")


@contextmanager
def _told(deadline: Deadline) -> Iterator[None]:
    """The errors of the libraries in words of ours; a socket that the deadline shut was too slow."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise CallFailed(Fault.CERTIFICATE, error.verify_message) from error
    except (EgressDenied, CallFailed):
        raise
    except Unresolvable as error:
        raise CallFailed(Fault.UNRESOLVED, str(error)) from error
    except (httpx.RemoteProtocolError, httpx.LocalProtocolError, httpcore.ProtocolError, httpx.DecodingError) as error:
        raise CallFailed(Fault.TOO_SLOW if deadline.is_over else Fault.PROTOCOL, str(error)) from error
    except (httpx.TransportError, OSError) as error:
        fault = Fault.TOO_SLOW if deadline.is_over or isinstance(error, TimeoutError) else Fault.UNREACHABLE
        raise CallFailed(fault, str(error)) from error


class _Transport(httpx.BaseTransport):
    """Each request on a connection of its own, which is a passage of its own."""

    def __init__(self, running: _Running) -> None:
        self._running = running

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Decide, connect, send, and give the answer as it comes; its closing closes the passage."""
        url, wanted = request.url, self._running.wanted
        destination = _destination(url)
        way = passage(
            Request(
                account_id=wanted.account_id,
                purpose=wanted.purpose,
                categories=wanted.categories,
                destination=destination,
                is_restricted=wanted.is_restricted,
            )
        )
        opened = way.__enter__()
        try:
            return self._send(request, opened, way)
        except BaseException:
            way.__exit__(None, None, None)
            raise

    def _send(self, request: httpx.Request, opened: Passage, way: Any) -> httpx.Response:
        connection = httpcore.HTTPConnection(
            origin=httpcore.Origin(request.url.raw_scheme, request.url.raw_host, opened.request.destination.port),
            ssl_context=tls.context(),
            network_backend=_Backend(self._running, opened),
        )
        answer = connection.handle_request(_plain(request))
        assert isinstance(answer.stream, Iterable)  # noqa: S101  for types: a synchronous connection streams so
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Stream(answer, connection, way),
            extensions=answer.extensions,
        )


def _plain(request: httpx.Request) -> httpcore.Request:
    url = request.url
    timeout = {"connect": CONNECT_SECONDS, "read": CALL_SECONDS, "write": CALL_SECONDS}
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions={"timeout": timeout},
    )


def _destination(url: httpx.URL) -> Destination:
    """Where an address leads. In clear only to a place that the operator named in `STEWARD_EGRESS_ALLOW`."""
    port = url.port or _PORTS.get(url.scheme)
    if port is None or url.userinfo:
        raise CallFailed(Fault.ADDRESS, "not an address of the web")
    try:
        destination = Destination.of(url.host, port)
    except BadDestination as error:
        raise CallFailed(Fault.ADDRESS, str(error)) from error
    if url.scheme != "https" and destination not in configuration.allowed_private():
        raise CallFailed(Fault.CLEAR, "only https")
    return destination


class _Stream(httpx.SyncByteStream):
    """The body of an answer; closing it ends the connection and writes the ledger."""

    def __init__(self, answer: httpcore.Response, connection: httpcore.HTTPConnection, way: Any) -> None:
        self._answer, self._connection, self._way = answer, connection, way

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        """End it."""
        try:
            self._connection.close()
        finally:
            self._way.__exit__(None, None, None)


class _Backend(httpcore.NetworkBackend):
    """Gives the library the one connection that was decided on, whatever host it asks for."""

    def __init__(self, running: _Running, opened: Passage) -> None:
        self._running, self._passage = running, opened

    def connect_tcp(self, *_place: Any, timeout: float | None = None, **_options: Any) -> httpcore.NetworkStream:
        """The connection of the passage."""
        self._running.sock = self._passage.connect_tcp(timeout or CONNECT_SECONDS)
        return _Wire(self._running, self._passage)


class _Wire(httpcore.NetworkStream):
    """The bytes on that connection; what is sent is counted."""

    def __init__(self, running: _Running, opened: Passage) -> None:
        self._running, self._passage = running, opened

    @property
    def _sock(self) -> socket.socket:
        assert self._running.sock is not None  # noqa: S101  for types: there is a wire because there is a socket
        return self._running.sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes; none at the end."""
        self._sock.settimeout(timeout)
        return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the bytes."""
        self._sock.settimeout(timeout)
        self._sock.sendall(buffer)
        self._passage.sent += len(buffer)

    def close(self) -> None:
        """End the connection."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same under TLS; the certificate is checked against the name, not the address."""
        self._sock.settimeout(timeout)
        self._running.sock = ssl_context.wrap_socket(self._sock, server_hostname=self._passage.host)
        return self

    def get_extra_info(self, info: str) -> Any:
        """What the library wants to know to speak HTTP/1.1: whether this is TLS."""
        is_tls = isinstance(self._running.sock, ssl.SSLSocket)
        return self._running.sock if info == "ssl_object" and is_tls else None
