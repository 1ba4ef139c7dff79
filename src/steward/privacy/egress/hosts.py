"""The hosts that one version of the registry admits: the page, the proxy's list and the browser's policy say these."""

from collections.abc import Iterable, Iterator

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.privacy.egress.registry.changes import Engaged, engaged_in
from steward.privacy.egress.registry.document import Endpoint, Engagement, Protocol, Registry

_BY_US = (TrafficClass.SUBPROCESSOR, TrafficClass.INFRASTRUCTURE)
_BY_BROWSERS = (TrafficClass.BROWSER,)


def hosts_of(engaged: Engaged) -> tuple[Destination, ...]:
    """Where the gate can let data go to under the engagement, in the order of the list.

    Not what it never would: hosts of work that people do, or of a company we have no agreement with.
    """
    return tuple(dict.fromkeys(Destination(one.host, one.port) for one in _admitted(engaged)))


def purposes_by_traffic(engagement: Engagement, protocol: Protocol) -> dict[TrafficClass, frozenset[str]]:
    """Which purposes of the engagement an endpoint serves, as traffic of which class."""
    classes = _BY_BROWSERS if protocol is Protocol.BROWSER else _BY_US
    found: dict[TrafficClass, set[str]] = {}
    for purpose in engagement.purposes:
        traffic = _first(classes, purpose)
        if traffic is not None:
            found.setdefault(traffic, set()).add(purpose)
    return {traffic: frozenset(purposes) for traffic, purposes in found.items()}


def server_side(registry: Registry) -> frozenset[Destination]:
    """Where we ourselves may go (classes S and I)."""
    return frozenset(_places(registry, is_browser=False))


def browser_side(registry: Registry) -> frozenset[Destination]:
    """Where the reader's browser may go (class B)."""
    return frozenset(_places(registry, is_browser=True))


def _places(registry: Registry, *, is_browser: bool) -> Iterator[Destination]:
    for engaged in engaged_in(registry).values():
        for one in _admitted(engaged):
            if (one.protocol is Protocol.BROWSER) is is_browser:
                yield Destination(one.host, one.port)


def _admitted(engaged: Engaged) -> Iterator[Endpoint]:
    engagement = engaged.engagement
    if not engaged.subprocessor.agreements:
        return
    for endpoint in engagement.endpoints or ():
        served = purposes_by_traffic(engagement, endpoint.protocol)
        if any(_carries_something(engagement, purposes) for purposes in served.values()):
            yield endpoint


def _carries_something(engagement: Engagement, purposes: Iterable[str]) -> bool:
    return any(not PURPOSES[one].categories.isdisjoint(engagement.categories or ()) for one in purposes)


def _first(classes: Iterable[TrafficClass], purpose: str) -> TrafficClass | None:
    known = PURPOSES.get(purpose)
    return next((one for one in classes if known is not None and one in known.classes), None)
