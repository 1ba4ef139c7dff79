"""While there is no database: a backup is fetched into an empty one, and no ledger can be written before it is back.

Only what the operator configured is known then, and only the installation asks. What was decided is kept, and written
down when there is a ledger again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from steward.lib.clock import now
from steward.privacy.egress import ledger
from steward.privacy.egress.decision import Decision, Known, Request
from steward.privacy.egress.known import own_grants

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Noted:
    """What will be a row of the installation's ledger."""

    request: Request
    decision: Decision
    known: Known
    sent: int = 0

    def settle(self, sent: int) -> None:
        """So many bytes left on it."""
        self.sent = sent


@dataclass(slots=True)
class Early:
    """The time before there is a database."""

    noted: list[Noted] = field(default_factory=list)

    def write(self, request: Request, decision: Decision, known: Known) -> Noted:
        """Keep what was decided. Raises ValueError for anything that an account does."""
        if request.account_id is not None:
            raise ValueError("without a database there are no accounts")
        self.noted.append(Noted(request, decision, known))
        return self.noted[-1]

    def settle(self) -> None:
        """There is a ledger now: write it all down."""
        while self.noted:
            one = self.noted.pop(0)
            ledger.settle(ledger.write(one.request, one.decision, one.known), one.sent)


_early: ContextVar[Early | None] = ContextVar("steward_early", default=None)


@contextmanager
def without_a_database() -> Iterator[Early]:
    """Until the end of the block nothing is asked of a database; whoever opens it settles it once there is one."""
    made = Early()
    token, hidden = _early.set(made), ledger.is_there.set(False)
    try:
        yield made
    finally:
        _early.reset(token)
        ledger.is_there.reset(hidden)
        for one in made.noted:  # it came to nothing, and so did the ledger: then at least the log says so
            logger.info("%d bytes sent to %s for %s", one.sent, one.request.destination, one.request.purpose)


def there_is_none() -> Early | None:
    """What to write to while there is no database; None when there is one."""
    return _early.get()


def known() -> Known:
    """All that is known without one."""
    return Known(now=now(), grants=own_grants())
