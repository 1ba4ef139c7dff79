"""Which addresses may be reached, and which strings are host names at all. Pure: nothing is resolved here."""

import ipaddress
import re
from dataclasses import dataclass

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# A last label that resolvers read as a number makes the whole an address (`127.1`, `0x7f.1`, `2130706433`):
# WHATWG URL standard, "ends in a number".
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME = 253

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64, RFC 6052
_REFUSED = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # IETF protocol assignments
    ipaddress.IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn by RFC 7526
    ipaddress.IPv6Network("2001::/23"),  # IETF protocol assignments, Teredo among them
    ipaddress.IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


class BadDestination(ValueError):
    """Not a host and port that can be reached."""


class Unresolvable(OSError):
    """The name has no address, now: worth trying again later."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A host name (lower case, IDNA form) or IP address, and a port."""

    host: str
    port: int

    @classmethod
    def of(cls, host: str, port: int) -> "Destination":
        """From what somebody typed; raises `BadDestination`."""
        if not 0 < port < 65536:
            raise BadDestination("not a port")
        return cls(canonical_host(host), port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def canonical_host(text: str) -> str:
    """The one form of a host name or IP address: lower case, IDNA, no final dot, no brackets.

    Raises `BadDestination` for everything else, above all for the numeric forms that only look like names.
    """
    if (literal := literal_address(text)) is not None:
        return str(literal)
    try:
        name = text.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise BadDestination("not a host name") from error
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise BadDestination("not a host name")
    return name


def literal_address(text: str) -> IPAddress | None:
    """The IP address written here, with or without brackets; None for a name. Zones (`fe80::1%eth0`) are no address."""
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if "%" in text else address


def is_public(address: IPAddress) -> bool:
    """Whether the address is a host on the public internet, seen through every form that embeds another address.

    Stricter than `is_global`, which takes multicast, NAT64 and much unassigned IPv6 space for public.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if (embedded := _embedded(address)) is not None:
            return is_public(embedded)
        if address not in _GLOBAL_UNICAST:
            return False
    if any(address.version == net.version and address in net for net in _REFUSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to this one end at: v4-mapped, 6to4 (RFC 3056) or NAT64."""
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def parse_destination(text: str) -> Destination:
    """`host:port`, an IPv6 address in brackets; raises `BadDestination`."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or (":" in host and not host.startswith("[")):
        raise BadDestination(f"{text!r} is not host:port")
    return Destination.of(host, int(port))


def is_reachable(address: IPAddress, destination: Destination, allowed: frozenset[Destination]) -> bool:
    """Public addresses, and those the operator allows by name or by address, each with its port."""
    return is_public(address) or destination in allowed or Destination(str(address), destination.port) in allowed
