"""From a host name to the addresses that may be connected to."""

import ipaddress
import socket

from steward.privacy.egress import configuration, dns, ledger, wall
from steward.privacy.egress.addresses import Destination, IPAddress, Unresolvable, is_reachable, literal_address

_SYSTEM = Destination("system-resolver", configuration.DNS_PORT)


def addresses_of(destination: Destination) -> tuple[IPAddress, ...]:
    """All addresses of the host, IPv4 first; raises `Unresolvable`. Connect to these, never to the name again.

    A name that is resolved twice can give a public address to the check and a private one to the connection (DNS
    rebinding).
    """
    literal = literal_address(destination.host)
    found = (literal,) if literal else _resolved(destination.host)
    if not found:
        raise Unresolvable(f"{destination.host} has no address")
    return tuple(sorted(set(found), key=lambda address: (address.version, int(address))))


def are_reachable(addresses: tuple[IPAddress, ...], destination: Destination) -> bool:
    """Whether every address is public or allowed by the operator: one private address among them refuses the host."""
    allowed = configuration.allowed_private()
    return bool(addresses) and all(is_reachable(address, destination, allowed) for address in addresses)


def _resolved(host: str) -> tuple[IPAddress, ...]:
    if configuration.resolver() is None or host == "localhost":  # which is no question for the DNS (RFC 6761)
        return _from_system(host)
    try:
        records = (*dns.lookup(host, "A"), *dns.lookup(host, "AAAA"))
    except dns.LookupFailed as error:
        raise Unresolvable(f"{host} was not resolved: {error}") from error
    # Only addresses are of use; a chain of aliases comes along in the answer.
    return tuple(address for address in map(literal_address, records) if address)


def _from_system(host: str) -> tuple[IPAddress, ...]:
    """By the system's resolver: it knows the hosts file and the names of a container network."""
    try:
        with wall.allow_names():
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unresolvable(f"{host} was not resolved: {error.strerror or error}") from error
    finally:
        ledger.count_lookup(_SYSTEM, dns.RESOLVE)
    return tuple(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
