"""Whether somebody was erased while a copy was made: they may be in it."""

from datetime import datetime, timedelta

from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure

# Purges of tickets are no erasure of anybody: a copy says what was there when it was made.
OF_SOMEBODY = (Erasure.Of.PERSON, Erasure.Of.NAMELESS, Erasure.Of.AGENT)
_WAITED_FOR = timedelta(hours=1)  # as whoever begins a copy waits


def was_somebody_erased(since: datetime) -> bool:
    """Whether an erasure of somebody was done since then, or runs; one that only mailboxes are left of is done."""
    theirs = Erasure.objects.filter(of__in=OF_SOMEBODY)
    running = theirs.filter(state=Erasure.State.RUNNING, started_at__gt=now() - _WAITED_FOR)
    if any(is_taken is not True for is_taken in running.values_list("extent__taken", flat=True)):
        return True
    return theirs.filter(finished_at__gte=since).exists()
