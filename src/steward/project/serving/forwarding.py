"""Who is asking, when proxies stand in between (RFC 7239 section 8.1: such headers prove nothing by themselves).

`X-Forwarded-For`, `-Proto` and `-Host` are believed from the proxies that the operator names, and taken away otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from steward.project.serving.protocol import Scope

Headers = list[tuple[str, str]]
OURS_TO_TELL = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"})


@dataclass(frozen=True)
class Origin:
    """The client's address (empty if unknown), the scheme it used, and whether somebody forwarded unasked."""

    address: str
    scheme: str
    unnamed_proxy: bool = False


def resolve(scope: Scope, headers: Headers, proxies: Sequence[IPv4Network | IPv6Network]) -> tuple[Origin, Headers]:
    """The origin of a request, and its headers without those of forwarding, the Host settled. Names are lower-case."""
    peer = (scope.get("client") or ("", 0))[0]
    scheme = str(scope.get("scheme", "http"))
    kept = [(name, value) for name, value in headers if name not in OURS_TO_TELL]
    if not _named(peer, proxies):
        return Origin(peer, scheme, unnamed_proxy=len(kept) < len(headers)), kept
    told = {name: value for name, value in headers if name in OURS_TO_TELL and name != "x-forwarded-for"}
    hops = [hop for name, value in headers if name == "x-forwarded-for" for hop in value.split(",")]
    if host := _last(told.get("x-forwarded-host", "")):
        kept = [(name, value) for name, value in kept if name != "host"] + [("host", host)]
    proto = _last(told.get("x-forwarded-proto", "")).lower()
    return Origin(_client(peer, hops, proxies), proto if proto in ("http", "https") else scheme), kept


def _client(peer: str, hops: list[str], proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """From the nearest hop outwards, the first that is no proxy of ours: everything before it may be invented."""
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            return peer
        peer = str(address)
        if not _named(peer, proxies):
            return peer
    return peer


def _named(peer: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    address = _address(peer)
    return address is not None and any(address in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _last(value: str) -> str:
    return value.rpartition(",")[2].strip()
