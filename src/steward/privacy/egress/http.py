"""Calling an HTTP server through the gate: one request and its answer, each redirect decided anew (RFC 9110).

httpcore speaks HTTP/1.1 over the one socket it is given, which belongs to a passage: connected to the addresses that
were checked. There is no pool, no proxy or password out of the environment, no cookie and no log line with an address
in it, because there is no client library above httpcore that would have them.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import httpcore
import httpx

from steward.privacy.egress import configuration, tls
from steward.privacy.egress.addresses import BadDestination, Destination, Unresolvable
from steward.privacy.egress.again import Again
from steward.privacy.egress.decision import EgressDenied, Request
from steward.privacy.egress.gate import CONNECT_SECONDS, Passage, passage

CALL_SECONDS = 30.0  # for the whole of it, redirects included; only the system's resolver may take longer
LONGEST_BODY = 8 << 20  # bytes
MOST_REDIRECTS = 5
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

_PORTS = {"https": 443, "http": 80}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPING_REDIRECTS = frozenset({307, 308})
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "cookie", "upgrade"})
_FOR_ANYBODY = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[!-~]([ -~\t]*[!-~])?|")


class Fault(StrEnum):
    """What went wrong with a call that was allowed, or that could not even be asked for."""

    ADDRESS = "address"  # not an address that can be called
    HEADER = "header"  # a header that cannot be sent, or that is not the caller's to set
    CLEAR = "clear"  # without TLS, to somebody the operator did not name
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    PROTOCOL = "protocol"  # what came is no HTTP, or not what was asked for
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
    """What is asked of whom, for which purpose. `categories` are fideslang keys; `body` is sent as it is.

    Nothing of it gets into a log by way of a traceback: addresses hold keys, too.
    """

    account_id: UUID | None
    purpose: str
    categories: tuple[str, ...]
    url: str = field(repr=False)
    method: Method = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    is_restricted: bool = False
    is_on_request: bool = False  # a person asked for it just now
    follows: bool = True  # False: a redirect is the answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, from `url` in the end."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)


def call(wanted: Call, *, seconds: float = CALL_SECONDS, longest: int = LONGEST_BODY) -> Answer:
    """Make the call and read all of its answer. Raises `EgressDenied`, `CallFailed`, or `InsideTransaction`."""
    running = Running(wanted, longest, time.monotonic() + seconds)
    leg: Leg | None = first_leg(wanted)
    for _ in range(MOST_REDIRECTS + 1):
        assert leg is not None  # noqa: S101  for types: the loop ends when there is none
        answer = _exchange(running, leg)
        leg = _next_leg(leg, answer) if wanted.follows else None
        if leg is None:
            return answer
    raise CallFailed(Fault.TOO_MANY_REDIRECTS)


@dataclass(frozen=True, slots=True)
class Leg:
    """One request on the way to the answer."""

    method: Method
    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Running:
    """One call while it goes on."""

    wanted: Call
    longest: int
    end: float

    def left(self) -> float:
        """Seconds there still are; raises `CallFailed` when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise CallFailed(Fault.TOO_SLOW)
        return left


def first_leg(wanted: Call) -> Leg:
    """The request that is made first. Raises `CallFailed`."""
    for name, value in wanted.headers.items():
        if name.lower() in _OURS or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise CallFailed(Fault.HEADER, name if _NAME.fullmatch(name) else "")
    return Leg(wanted.method, url_of(wanted.url), wanted.headers, wanted.body)


def url_of(text: str) -> httpx.URL:
    """An address as it is called. Raises `CallFailed`."""
    try:
        return httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise CallFailed(Fault.ADDRESS, "not an address") from error


def _next_leg(leg: Leg, answer: Answer) -> Leg | None:
    """Where a redirect leads; None for an answer. What was asked for under TLS is not asked for again in clear.

    Another host gets none of the headers that the first was trusted with.
    """
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or not location:
        return None
    try:
        url = leg.url.join(location)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise CallFailed(Fault.ADDRESS, "a redirect to what is no address") from error
    if leg.url.scheme == "https" and url.scheme != "https":
        raise CallFailed(Fault.CLEAR, "a redirect leads out of TLS")
    is_other = (url.scheme, url.raw_host, url.port) != (leg.url.scheme, leg.url.raw_host, leg.url.port)
    headers = {name: value for name, value in leg.headers.items() if not is_other or name.lower() in _FOR_ANYBODY}
    if _keeps_method(leg.method, answer.status):
        return Leg(leg.method, url, headers, leg.body)
    return Leg("GET", url, {name: text for name, text in headers.items() if name.lower() != "content-type"}, b"")


def _keeps_method(method: Method, status: int) -> bool:
    """RFC 9110 section 15.4: 303 asks for a GET, 301 and 302 turn a POST into one."""
    if status in _KEEPING_REDIRECTS or method in {"GET", "HEAD"}:
        return True
    return status != 303 and method != "POST"


def _exchange(running: Running, leg: Leg) -> Answer:
    """One request and its answer, on a connection of its own, which is a passage of its own."""
    wanted = running.wanted
    request = Request(
        account_id=wanted.account_id,
        purpose=wanted.purpose,
        categories=wanted.categories,
        destination=destination_of(leg.url),
        is_restricted=wanted.is_restricted,
        is_on_request=wanted.is_on_request,
    )
    with in_our_words(), passage(request) as opened, closing(Wire(running, opened, Again(request))) as wire:
        connection = httpcore.HTTPConnection(
            origin=httpcore.Origin(leg.url.raw_scheme, leg.url.raw_host, request.destination.port),
            ssl_context=tls.web_context(),
            network_backend=Backend(wire),
        )
        answer = connection.handle_request(on_the_wire(leg))
        try:
            return Answer(answer.status, httpx.Headers(answer.headers), body_of(answer, running), str(leg.url))
        finally:
            answer.close()


def destination_of(url: httpx.URL) -> Destination:
    """Where an address leads. In clear only to a place that the operator named in `STEWARD_EGRESS_ALLOW`.

    `raw_host` is what goes over the wire; `host` would be read back into letters, which a second standard of
    internationalised names may turn into another host.
    """
    if url.scheme not in _PORTS or url.userinfo:
        raise CallFailed(Fault.ADDRESS, "not an address of the web")
    try:
        destination = Destination.of(url.raw_host.decode("ascii"), _PORTS[url.scheme] if url.port is None else url.port)
    except (BadDestination, UnicodeError) as error:
        raise CallFailed(Fault.ADDRESS, "not a host") from error
    if url.scheme != "https" and destination not in configuration.allowed_private():
        raise CallFailed(Fault.CLEAR, "only https")
    return destination


def on_the_wire(leg: Leg) -> httpcore.Request:
    """The request as the library sends it, for one connection that ends with the answer."""
    headers = {"user-agent": "Steward", "accept": "*/*", **{name.lower(): text for name, text in leg.headers.items()}}
    headers |= {"accept-encoding": "identity", "connection": "close"}
    if leg.body or leg.method not in {"GET", "HEAD"}:
        headers["content-length"] = str(len(leg.body))
    url = leg.url
    return httpcore.Request(
        method=leg.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[(b"host", url.netloc), *((name.encode(), text.encode()) for name, text in headers.items())],
        content=leg.body,
    )


def body_of(answer: httpcore.Response, running: Running) -> bytes:
    """All of it, as it was asked for: not compressed, for a few bytes can be made to unfold into many."""
    headers = httpx.Headers(answer.headers)
    if answer.status < 200 or headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise CallFailed(Fault.PROTOCOL, "an answer in a form that was not asked for")
    parts = bytearray()
    for part in answer.iter_stream():
        parts += part
        if len(parts) > running.longest:
            raise CallFailed(Fault.TOO_LONG)
    return bytes(parts)


@contextmanager
def in_our_words() -> Iterator[None]:
    """The errors of the libraries in words of ours."""
    try:
        yield
    except (EgressDenied, CallFailed):
        raise
    except Unresolvable as error:
        raise CallFailed(Fault.UNRESOLVED, str(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise CallFailed(Fault.CERTIFICATE, error.verify_message) from error
    except (httpcore.ProtocolError, ssl.SSLError) as error:
        raise CallFailed(Fault.PROTOCOL, str(error)) from error
    except TimeoutError as error:
        raise CallFailed(Fault.TOO_SLOW) from error
    except (httpcore.NetworkError, OSError) as error:
        raise CallFailed(Fault.UNREACHABLE, str(error)) from error


class Backend(httpcore.NetworkBackend):
    """Gives the library the one connection that was decided on, whatever host it asks for."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire

    def connect_tcp(self, *_place: Any, **_options: Any) -> httpcore.NetworkStream:
        """The connection of the passage."""
        self._wire.connect()
        return self._wire


class Wire(httpcore.NetworkStream):
    """The bytes on that connection: what is sent is counted, and nothing takes longer than the call may."""

    def __init__(self, running: Running, opened: Passage, again: Again | None = None) -> None:
        self._running, self._passage, self._again = running, opened, again
        self._sock: socket.socket | None = None

    def serve(self, running: Running) -> None:
        """From now on it is the connection of this call, with its patience."""
        self._running = running

    def connect(self) -> None:
        """Connect to the first address that answers."""
        seconds = self._running.left() / max(1, len(self._passage.addresses))
        self._sock = self._passage.connect_tcp(min(CONNECT_SECONDS, seconds))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes; none at the end."""
        return self._ready().recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the bytes. Who stops listening may have answered already: `WriteError` lets the library read it."""
        rest = memoryview(buffer)
        while rest:
            if self._again is not None:
                self._again.check()
            sock = self._ready()
            try:
                done = sock.send(rest[:65536])
            except TimeoutError:
                raise
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error
            self._passage.sent += done
            rest = rest[done:]

    def close(self) -> None:
        """End the connection. Closing twice does nothing."""
        if self._sock is not None:
            self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same under TLS; the certificate is checked against the name, not the address."""
        wrapped = ssl_context.wrap_socket(
            self._ready(), server_hostname=self._passage.host, do_handshake_on_connect=False
        )
        self._sock = wrapped
        self._ready()
        wrapped.do_handshake()
        return self

    def get_extra_info(self, info: str) -> Any:
        """What the library wants to know to speak HTTP/1.1: whether this is TLS."""
        return self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None

    def _ready(self) -> socket.socket:
        """The socket, with as much patience as is left. A timeout bounds one `recv`, `send` or handshake in all."""
        if self._sock is None:
            raise httpcore.ReadError("not connected")
        self._sock.settimeout(self._running.left())
        return self._sock
