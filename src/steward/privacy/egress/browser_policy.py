"""What a reader's browser may load from elsewhere (class B), as its content security policy has it (CSP level 3)."""

from collections.abc import Iterable

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.hosts import browser_side
from steward.privacy.egress.registry.standing import Version

# Never scripts or styles: whoever serves those holds the page.
_LOADED = ("img-src", "font-src", "connect-src", "frame-src")
_HTTPS = 443


def sources(hosts: Iterable[Destination]) -> tuple[str, ...]:
    """Hosts as source expressions, always under TLS."""
    return tuple(sorted(f"https://{str(host).removesuffix(f':{_HTTPS}')}" for host in set(hosts)))


def policy_with(policy: str, hosts: Iterable[Destination]) -> str:
    """The policy, with these hosts admitted for what is looked at and not for what is run."""
    added = " ".join(sources(hosts))
    if not added:
        return policy
    directives = (directive.strip() for directive in policy.split(";"))
    return "; ".join(f"{one} {added}" if one.partition(" ")[0] in _LOADED else one for one in directives)


def hosts_for_browsers(version: Version | None) -> frozenset[Destination]:
    """The hosts of one version; none without one."""
    return browser_side(version.registry) if version is not None else frozenset()
