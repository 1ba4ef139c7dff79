"""ASGI in front, WSGI behind.

The body is collected on the event loop, so a slow sender holds no thread; the answer leaves through the event loop, so
a slow reader holds none either. A plain response costs one hop into a thread, a streaming one a hop for each piece.
"""

import asyncio
import contextvars
import http
import io
import logging
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, BinaryIO, TypeVar

from steward.project.serving import forwarding
from steward.project.serving.protocol import WSGI, Environ, Limits, Receive, Scope, Send

T = TypeVar("T")
IN_MEMORY = 2**20  # a larger body goes to an unnamed temporary file
WHOLE = 2**18  # a file up to this size is read in the thread that opened it
DISCARDED = 4  # how many times the limit of a body is read and dropped, so that the sender gets to see the answer
END = object()
# RFC 9110 section 7.6.1: these belong to one connection, and the connection is uvicorn's.
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade"}
)  # fmt: skip
SLOW = "The rest of the request did not arrive in time. Nothing was stored; please send it again.\n"
BROKEN = "Something went wrong on our side while answering this request.\n"
logger = logging.getLogger("steward.serving")


class TooLarge(Exception):
    """The body is larger than the limit."""


class Gone(Exception):
    """The client hung up before its request was complete."""


class Blocks:
    """`wsgi.file_wrapper` (PEP 3333): a file in pieces of 64 KiB, whatever size the application asks for."""

    streaming = True

    def __init__(self, file: BinaryIO, _size: int = 0) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        while block := self.file.read(2**16):
            yield block

    def close(self) -> None:
        self.file.close()


class Answer:
    """What the WSGI application said: status and headers, and the body, whole or still to be read."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: Iterator[bytes] = iter(())
        self.close: Callable[[], object] = lambda: None
        self.body: bytes | None = None

    def start(self, status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        """`start_response` of PEP 3333. Names in lower case, as ASGI asks; nothing that rules the connection."""
        self.status = int(status[:3])
        named = [(name.lower(), value) for name, value in headers]
        self.headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in named if n not in HOP_BY_HOP]
        return _refuse_write

    def fits(self) -> bool:
        """Whether the length the application told is small enough to take the body at once."""
        length = dict(self.headers).get(b"content-length", b"")
        return length.isdigit() and int(length) <= WHOLE

    def take(self, body: Iterable[bytes]) -> None:
        """Read the body now, unless it is one to be passed on in pieces."""
        self.close = getattr(body, "close", self.close)
        if isinstance(body, list | tuple) or getattr(body, "streaming", None) is False or self.fits():
            try:
                self.body = b"".join(body)
            finally:
                self.close()
            self._tell_length(len(self.body))
        else:
            self.pieces = iter(body)

    def _tell_length(self, length: int) -> None:
        """Content-Length where the application left it out; never where it means something else (RFC 9110 8.6)."""
        if self.status >= 200 and self.status not in (204, 304) and b"content-length" not in dict(self.headers):
            self.headers.append((b"content-length", str(length).encode()))


class Bridge:
    """An ASGI application that answers through a WSGI one."""

    def __init__(self, wsgi: WSGI, limits: Limits) -> None:
        self.wsgi = wsgi
        self.limits = limits
        self.pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request: 400, 408 and 413 here, the rest from the application."""
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        try:
            body, length = await self._read(receive, headers)
        except Gone:
            return None
        except TooLarge:
            return await say(send, 413, self._too_large())
        except TimeoutError:
            return await say(send, 408, SLOW)
        with body:
            environ = self._environ(scope, headers, body, length)
            scope["steward.environ"] = environ
            await self._answer(environ, receive, send)

    async def ask(self, scope: Scope) -> tuple[int, Environ]:
        """Let the application answer a request for somebody else, who reads the status and what it left in `environ`.

        The body of the request is not read, that of the answer is thrown away.
        """
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        answer = Answer()
        environ = self._environ(scope, headers, io.BytesIO(), 0)
        await self._hop(contextvars.Context(), lambda: answer.take(self.wsgi(environ, answer.start)))
        return answer.status, environ

    async def _answer(self, environ: Environ, receive: Receive, send: Send) -> None:
        # A context of its own for each request: what one sets and forgets, the next one in that thread never sees.
        context = contextvars.Context()
        answer = Answer()
        try:
            await self._hop(context, lambda: answer.take(self.wsgi(environ, answer.start)))
        except Exception:
            logger.exception("The application failed outside its own error pages.")
            return await say(send, 500, BROKEN)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.body is not None:
            return await send({"type": "http.response.body", "body": answer.body})
        hung_up = asyncio.ensure_future(receive())  # nothing else can come after the body
        try:
            while (
                not hung_up.done() and (piece := await self._hop(context, lambda: next(answer.pieces, END))) is not END
            ):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            hung_up.cancel()
            await self._hop(context, answer.close)
        return await send({"type": "http.response.body", "body": b""})

    async def _hop(self, context: contextvars.Context, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, context.run, call)

    async def _read(self, receive: Receive, headers: forwarding.Headers) -> tuple[IO[bytes], int]:
        """The whole body, at its start, and its length. Raises Gone, TooLarge or TimeoutError."""
        told = next((value for name, value in headers if name == "content-length"), "0")
        if not told.isdigit() or int(told) > self.limits.body * DISCARDED:
            raise TooLarge
        message = await receive()
        if (
            message["type"] == "http.request"
            and not message.get("more_body")
            and len(message["body"]) <= self.limits.body
        ):
            return io.BytesIO(message["body"]), len(message["body"])
        spool: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by the caller
        try:
            return spool, await self._spool(message, receive, spool)
        except BaseException:
            spool.close()
            raise

    async def _spool(self, message: Any, receive: Receive, spool: IO[bytes]) -> int:
        length = 0
        while True:
            if message["type"] == "http.disconnect":
                raise Gone
            length += len(message.get("body", b""))
            if length > self.limits.body * DISCARDED:
                raise TooLarge
            if length <= self.limits.body:
                spool.write(message.get("body", b""))
            if not message.get("more_body"):
                break
            async with asyncio.timeout(self.limits.idle):
                message = await receive()
        if length > self.limits.body:
            raise TooLarge
        spool.seek(0)
        return length

    def _too_large(self) -> str:
        size = self.limits.body / 2**20
        return f"This is larger than the {size:.4g} MiB that one request may have. Nothing was stored.\n"

    def _environ(self, scope: Scope, headers: forwarding.Headers, body: IO[bytes], length: int) -> Environ:
        """The dictionary of PEP 3333 for an HTTP scope."""
        origin, headers = forwarding.resolve(scope, headers, self.limits.proxies)
        server = scope.get("server") or ("localhost", None)
        raw = scope.get("raw_path") or urllib.parse.quote(scope["path"]).encode("ascii")
        environ: Environ = {
            "REQUEST_METHOD": scope["method"],
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1"),
            "QUERY_STRING": scope["query_string"].decode("latin-1"),
            "CONTENT_LENGTH": str(length),
            "SERVER_NAME": server[0],
            "SERVER_PORT": str(server[1] or (443 if origin.scheme == "https" else 80)),
            "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
            "REMOTE_ADDR": origin.address,
            "steward.unnamed_proxy": origin.unnamed_proxy,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": origin.scheme,
            "wsgi.input": body,
            "wsgi.errors": sys.stderr,
            "wsgi.file_wrapper": Blocks,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        _add_headers(environ, headers)
        return environ


def _add_headers(environ: Environ, headers: forwarding.Headers) -> None:
    for name, value in headers:
        # `X_Real` and `X-Real` would become one key; and HTTP_PROXY is what some libraries read as a setting.
        if "_" in name or name in HOP_BY_HOP or name in ("content-length", "proxy"):
            continue
        key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
        joint = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value


def _refuse_write(_piece: bytes) -> object:
    raise NotImplementedError("The write() of PEP 3333 is not offered: return the body instead.")


async def say(send: Send, status: int, text: str) -> None:
    """A short plain answer of our own. The connection closes: what is left of the request is not read."""
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": http.HTTPStatus(status).value, "headers": headers})
    await send({"type": "http.response.body", "body": body})
