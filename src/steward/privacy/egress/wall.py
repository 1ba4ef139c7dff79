"""The wall: an audit hook that refuses every connection, name look-up and child process the gate did not allow.

It catches the forgotten library: plain sockets, smtplib, imaplib, urllib, http.client, httpx, asyncio, UDP, and
`subprocess`, `os.system`, `os.exec*`, `os.posix_spawn`. It does not see
- C code with sockets of its own: libpq (psycopg by socket or IP address), gRPC, anything called through ctypes;
- uvloop, which is why servers run on the asyncio loop;
- what a child process does, nor `multiprocessing`'s spawn, which raises no event;
- the look-up inside `socket.connect(("name", port))`: the interpreter resolves the name before it raises the event,
  so a query may leave although the connection is refused.
Those are for the network policy of the machine. Binding and accepting are not watched: servers work as they are.

An allow is a context variable: it holds in `asyncio.to_thread` and in tasks, not in new threads and executors.
"""

import ipaddress
import logging
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

Address = tuple[str, int]
"""An IP address in the form `ipaddress` writes it, and a port."""

logger = logging.getLogger(__name__)


class EgressRefused(RuntimeError):
    """The wall stopped a connection, look-up or child process. Not an OSError: libraries retry or swallow those."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was refused: the audit event, what it was about, and the code that tried."""

    event: str
    target: str
    caller: str


@dataclass(frozen=True, slots=True)
class _Allowed:
    addresses: frozenset[Address] = frozenset()
    names: bool = False
    child: str = ""


_NOTHING = _Allowed()
_allowed: ContextVar[_Allowed] = ContextVar("steward_egress", default=_NOTHING)
_reporting: ContextVar[bool] = ContextVar("steward_egress_reporting", default=False)
_refusals: deque[Refusal] = deque(maxlen=1000)
_is_installed = False

_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMES = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_FORWARD = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_CHILDREN = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"})


def install() -> None:
    """Put up the wall in this process, for good: an audit hook cannot be removed. Calling again does nothing."""
    global _is_installed
    if not _is_installed:
        _is_installed = True
        sys.addaudithook(_hook)


def is_installed() -> bool:
    """Whether the wall stands in this process."""
    return _is_installed


@contextmanager
def allow(*addresses: Address) -> Iterator[None]:
    """Let connections to exactly these addresses pass, besides what is allowed already. For the gate only."""
    now = _allowed.get()
    with _set(replace(now, addresses=now.addresses | set(addresses))):
        yield


@contextmanager
def allow_names() -> Iterator[None]:
    """Let the system's resolver be asked. For the gate only."""
    with _set(replace(_allowed.get(), names=True)):
        yield


@contextmanager
def allow_child(reason: str) -> Iterator[None]:
    """Let child processes be started; `reason` says what for, in the code that starts them."""
    if not reason:
        raise ValueError("a child process needs a reason")
    with _set(replace(_allowed.get(), child=reason)):
        yield


def refusals() -> tuple[Refusal, ...]:
    """What was refused in this process, oldest first, the last thousand at most.

    Counted here, not only raised: a thread's excepthook or a broad `except` can swallow the exception.
    """
    return tuple(_refusals)


@contextmanager
def _set(allowed: _Allowed) -> Iterator[None]:
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in _CONNECTIONS:
        _check_connection(event, args[0], args[1])
    elif event in _NAMES:
        _check_name(event, args[0])
    elif event in _CHILDREN and not _allowed.get().child:
        _refuse(event, "")


def _check_connection(event: str, sock: Any, address: Any) -> None:
    # By family, not by the form of the address: other families use strings too (Bluetooth).
    if address is None or sock.family == socket.AF_UNIX:
        return  # None: the socket is connected already
    if isinstance(address, tuple) and address[:2] in _allowed.get().addresses:
        return
    _refuse(event, _shown(address))


def _check_name(event: str, host: Any) -> None:
    if _allowed.get().names:
        return
    if event in _FORWARD and (host is None or _is_literal(host)):
        return  # nobody is asked about a literal address, unless for the name behind it
    _refuse(event, "")


def _is_literal(host: Any) -> bool:
    try:
        ipaddress.ip_address(host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else host)
    except ValueError:
        return False
    return True


def _shown(address: Any) -> str:
    """Addresses are shown; names are not, for a name may be a person's."""
    if isinstance(address, tuple) and len(address) > 1 and _is_literal(address[0]):
        return f"{address[0]} port {address[1]}"
    return ""


def _refuse(event: str, target: str) -> None:
    refusal = Refusal(event, target, _caller())
    _refusals.append(refusal)
    if not _reporting.get():  # a log handler may itself use a socket
        token = _reporting.set(True)
        try:
            logger.error("refused outside the egress gate: %s %s by %s", event, target, refusal.caller)
        finally:
            _reporting.reset(token)
    raise EgressRefused(f"{event} {target} outside the egress gate, by {refusal.caller}")


def _caller() -> str:
    """The nearest frame that is not the standard library's: `module:line`."""
    frame = sys._getframe(1)
    while frame.f_back:
        frame = frame.f_back
        module = frame.f_globals.get("__name__", "")
        if module != __name__ and module.partition(".")[0] not in sys.stdlib_module_names:
            return f"{module}:{frame.f_lineno}"
    return "?"
