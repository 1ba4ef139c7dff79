"""From which networks an account's console is reached. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MOST = 200

Network = IPv4Network | IPv6Network


class NotANetwork(ValueError):
    """A line that is no address and no range; `line` is what was typed."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def parse_networks(text: str) -> list[str]:
    """The ranges in CIDR form (RFC 4632) that somebody typed, one in a line or between commas, each once.

    An address alone is a range of one. Raises `NotANetwork`, also for a range that would let everybody in.
    """
    words = [word for line in text.replace(",", "\n").splitlines() if (word := line.partition("#")[0].strip())]
    return list(dict.fromkeys(str(_network(word)) for word in words))


def is_inside(address: str, networks: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks. What is no address lies in none."""
    try:
        return network_around(address, networks) is not None
    except NotANetwork:
        return False


def network_around(address: str, networks: Iterable[str]) -> str | None:
    """The first of the networks that the address lies in, or None. Raises `NotANetwork` for what is no address."""
    try:
        asked = ip_address(address.strip())
    except ValueError as error:
        raise NotANetwork(address) from error
    asked = getattr(asked, "ipv4_mapped", None) or asked
    return next((network for network in networks if asked in ip_network(network)), None)


def _network(word: str) -> Network:
    try:
        network = ip_network(word, strict=False)
    except ValueError as error:
        raise NotANetwork(word) from error
    if isinstance(network, IPv6Network) and (mapped := network.network_address.ipv4_mapped) and network.prefixlen >= 96:
        network = ip_network((mapped, network.prefixlen - 96), strict=False)
    if network.prefixlen == 0 or "%" in word:
        raise NotANetwork(word)
    return network
