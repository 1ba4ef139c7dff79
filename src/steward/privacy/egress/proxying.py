"""A way through the operator's proxy (`STEWARD_EGRESS_PROXY`): CONNECT of HTTP/1.1 (RFC 9110 section 9.3.6)."""

import socket
import time

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.proxy_list import INSTRUCTED

_LONGEST_ANSWER = 8192  # bytes


class ProxyRefused(OSError):
    """The proxy lets nothing through to this host, or is no proxy."""


def open_way(connected: socket.socket, there: Destination, seconds: float) -> None:
    """Ask the proxy on the other side for a way to `there`, by name: its list knows names.

    Afterwards every byte of the connection is that of the other end. Raises OSError, of which `ProxyRefused` says that
    the proxy answered.
    """
    end = time.monotonic() + seconds
    asked = (f"CONNECT {there} HTTP/1.1", f"Host: {there}", f"X-Smokescreen-Role: {INSTRUCTED}", "", "")
    connected.sendall("\r\n".join(asked).encode("ascii"))
    status = _head(connected, end).split(b"\r\n", 1)[0].split(b" ")
    if len(status) < 2 or not status[0].startswith(b"HTTP/1.") or not status[1].startswith(b"2"):
        raise ProxyRefused(f"the proxy lets nothing through to {there}")


def _head(connected: socket.socket, end: float) -> bytes:
    """The answer up to its empty line and not a byte more: what follows comes from the other end."""
    before, read = connected.gettimeout(), bytearray()
    while not read.endswith(b"\r\n\r\n"):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the proxy does not answer")
        connected.settimeout(left)
        some = connected.recv(1)
        if not some or len(read) > _LONGEST_ANSWER:
            raise ProxyRefused("the proxy did not answer as one does")
        read += some
    connected.settimeout(before)
    return bytes(read)
