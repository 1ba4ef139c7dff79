"""The hosts that one version of the registry admits: the page, the proxy's list and the browser's policy say these."""

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.registry.document import Engagement, Protocol, Registry


def hosts_of(engagement: Engagement) -> tuple[Destination, ...]:
    """Where the engagement lets data go to, in the order of the list."""
    return tuple(Destination(endpoint.host, endpoint.port) for endpoint in engagement.endpoints or ())


def server_side(registry: Registry) -> frozenset[Destination]:
    """Where we ourselves may go (class S)."""
    return frozenset(place for place, is_browser in _places(registry) if not is_browser)


def browser_side(registry: Registry) -> frozenset[Destination]:
    """Where the reader's browser may go (class B)."""
    return frozenset(place for place, is_browser in _places(registry) if is_browser)


def _places(registry: Registry) -> list[tuple[Destination, bool]]:
    return [
        (Destination(endpoint.host, endpoint.port), endpoint.protocol is Protocol.BROWSER)
        for subprocessor in registry.subprocessors
        for engagement in subprocessor.engagements
        for endpoint in engagement.endpoints or ()
    ]
