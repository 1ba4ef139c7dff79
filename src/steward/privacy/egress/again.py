"""Deciding again while a conversation goes on: what was allowed when it began may not be any more.

A server that answers slowly, or an account that objects in this very minute, must not have a message go out on a
decision of before. It costs one question to the database, so it is asked at steps, and not more than once a second.
"""

import time
from dataclasses import dataclass, field, replace

from steward.privacy.egress import ledger
from steward.privacy.egress.decision import EgressDenied, Request, decide
from steward.privacy.egress.known import gather

FRESH_SECONDS = 1.0


@dataclass(slots=True)
class Again:
    """The decision on one conversation, from when on it counts as old."""

    request: Request
    _decided_at: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Go on only if it would be allowed now. Raises `EgressDenied`, after writing that to the ledger.

        The addresses stay those that were checked when it began.
        """
        if time.monotonic() - self._decided_at < FRESH_SECONDS:
            return
        known = replace(gather(self.request), resolves_to_reachable=True)
        decision = decide(self.request, known)
        if not decision.is_allowed:
            ledger.write(self.request, decision, known)
            raise EgressDenied(self.request, decision)
        self._decided_at = time.monotonic()
