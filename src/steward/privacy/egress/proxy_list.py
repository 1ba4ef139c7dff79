"""The third wall: the list of a proxy that stands before the network, made of one version of the registry.

In the form that Smokescreen reads (https://github.com/stripe/smokescreen, `allowed_domains` by role). It stops what the
wall in the process does not see: C code with sockets of its own, and child processes.

The first role is the public page: the hosts of one version and no others. What accounts and who runs the installation
instruct themselves is on no page and in no version, so it is a role of its own, for the processes that the gate is in.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from steward.privacy.egress.hosts import server_side
from steward.privacy.egress.registry.standing import Version

ROLE = "steward"
INSTRUCTED = f"{ROLE}-instructed"


@dataclass(frozen=True, slots=True)
class Instructed:
    """The second role: its hosts, and whether the proxy lets others through and writes that down."""

    hosts: frozenset[str]
    is_reporting: bool = False


def proxy_list(version: Version | None, instructed: Instructed | None = None) -> str:
    """The YAML text: the hosts that we ourselves may go to, everything else denied. Equal versions give equal texts.

    With `instructed` there is a second role, which has those hosts as well.
    """
    hosts = {place.host for place in server_side(version.registry)} if version else set()
    named = f"version {version.number}, SHA-256 {version.sha256}" if version else "no version"
    lines = [f"# Subprocessor registry, {named}", "---", "version: v1", "services:", *_role(ROLE, "enforce", hosts)]
    if instructed is not None:
        action = "report" if instructed.is_reporting else "enforce"
        lines += _role(INSTRUCTED, action, hosts | instructed.hosts)
    return "\n".join([*lines, "default:", f"  project: {ROLE}", "  action: enforce", "  allowed_domains: []", ""])


def _role(name: str, action: str, hosts: Iterable[str]) -> Iterator[str]:
    yield from (f"  - name: {name}", f"    project: {ROLE}", f"    action: {action}")
    listed = [f"      - {json.dumps(host)}" for host in sorted(hosts)]
    yield from ["    allowed_domains:", *listed] if listed else ["    allowed_domains: []"]
