"""To which companies data of the account went, so that they can be told of an erasure (GDPR article 19).

The ledger of what left knows servers and purposes and no persons: so all of them are listed. Mail servers of those who
were written to are no recipients in that sense: delivered mail is theirs. Nor is a server that was only tried out: a
trial carries nothing of a customer.
"""

from datetime import timedelta
from typing import Any

from steward.lib.clock import now
from steward.privacy.egress.purposes import PURPOSES
from steward.privacy.egress.reading import sums_since

LOOKED_BACK = timedelta(days=365)
_CLASSES = frozenset({"S", "T"})  # subprocessors, and services the account itself chose
_TRIALS = frozenset(name for name, purpose in PURPOSES.items() if purpose.is_by_wish)


def recipients() -> list[dict[str, Any]]:
    """Each with its class, server, purposes, when something went there last, and by which declarations; by server."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in sums_since(now() - LOOKED_BACK):
        if one.traffic not in _CLASSES or not one.is_allowed or one.purpose in _TRIALS:
            continue
        row = found.setdefault(
            (one.host, one.traffic),
            {
                "class": one.traffic, "engagement": one.engagement, "host": one.host, "purposes": [],
                "last_at": one.last_at.isoformat(), "connectors": [],
            },
        )  # fmt: skip
        row["purposes"] = sorted({*row["purposes"], one.purpose})
        row["connectors"] += [one.connector_id] if one.connector_id else []
        row["last_at"] = max(row["last_at"], one.last_at.isoformat())
    return [found[key] for key in sorted(found)]
