"""The shapes of ASGI and WSGI that are used here, and the few limits of the port."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.conf import settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
WSGI = Callable[[Environ, StartResponse], Iterable[bytes]]

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """`body` in bytes; `idle` in seconds a sender may pause inside a body; `threads` answer at the same time."""

    body: int = 50 * MEBIBYTE
    threads: int = 2
    idle: float = 60.0
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def from_settings(cls) -> "Limits":
        """STEWARD_MAX_BODY (bytes), STEWARD_THREADS, STEWARD_TRUSTED_PROXIES (addresses or networks)."""
        return cls(
            body=settings.STEWARD_MAX_BODY,
            threads=settings.STEWARD_THREADS,
            proxies=tuple(ip_network(name) for name in settings.STEWARD_TRUSTED_PROXIES),
        )
