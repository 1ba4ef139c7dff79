"""To whom data of the account went, so that they can be told of an erasure (GDPR article 19).

The ledger of what left knows servers and purposes and no persons: so all recipients are listed, and an agent says whom
they told. Mail servers of those who were written to are no recipients in that sense: delivered mail is theirs.
"""

from datetime import timedelta
from typing import Any

from steward.lib.clock import now
from steward.privacy.egress.reading import sums_since

LOOKED_BACK = timedelta(days=365)
_CLASSES = frozenset({"S", "T"})  # subprocessors, and services the account itself chose


def recipients() -> list[dict[str, Any]]:
    """Each with its class, server, purposes and when something went there last; by server. Nobody is told yet."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in sums_since(now() - LOOKED_BACK):
        if one.traffic not in _CLASSES or not one.is_allowed:
            continue
        row = found.setdefault(
            (one.host, one.traffic),
            {
                "class": one.traffic, "engagement": one.engagement, "host": one.host, "purposes": [],
                "last_at": one.last_at.isoformat(), "told_at": None, "told_by": None,
            },
        )  # fmt: skip
        row["purposes"] = sorted({*row["purposes"], one.purpose})
        row["last_at"] = max(row["last_at"], one.last_at.isoformat())
    return [found[key] for key in sorted(found)]
