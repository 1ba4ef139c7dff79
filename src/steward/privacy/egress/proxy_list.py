"""The third wall: the list of a proxy that stands before the network, made of one version of the registry.

In the form that Smokescreen reads (https://github.com/stripe/smokescreen, `allowed_domains` by role). It stops what the
wall in the process does not see: C code with sockets of its own, and child processes.
"""

import json

from steward.privacy.egress.hosts import server_side
from steward.privacy.egress.registry.standing import Version

ROLE = "steward"


def proxy_list(version: Version) -> str:
    """The YAML text: the hosts that we ourselves may go to, everything else denied. Equal versions give equal texts."""
    hosts = sorted({place.host for place in server_side(version.registry)})
    allowed = [f"      - {json.dumps(host)}" for host in hosts]
    return "\n".join(
        [
            f"# Subprocessor registry, version {version.number}, SHA-256 {version.sha256}",
            "---",
            "version: v1",
            "services:",
            f"  - name: {ROLE}",
            f"    project: {ROLE}",
            "    action: enforce",
            *(["    allowed_domains:", *allowed] if allowed else ["    allowed_domains: []"]),
            "default:",
            f"  project: {ROLE}",
            "  action: enforce",
            "  allowed_domains: []",
            "",
        ]
    )
