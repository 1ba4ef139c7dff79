"""Whether something went while a copy was made: it may be in it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.retention.models import RetentionRun

_OF_SOMEBODY = frozenset({Erasure.Of.PERSON, Erasure.Of.NAMELESS, Erasure.Of.AGENT})
_WAITED_FOR = timedelta(hours=1)  # as whoever begins a copy waits


class Because(Enum):
    """Why a copy is withdrawn: what happened to something that is in it."""

    ERASED = "erased"  # somebody
    PURGED = "purged"  # by a rule of retention, or from the bin
    REDACTED = "redacted"


def why(erasures: Iterable[str]) -> Because | None:
    """The heaviest reason among erasures of these kinds; None without any."""
    kinds = set(erasures)
    if kinds & _OF_SOMEBODY:
        return Because.ERASED
    return Because.PURGED if kinds else None


def what_went(since: datetime) -> Because | None:
    """Whether something was erased or purged since then, or is; one that only mailboxes are left of is done."""
    running = Erasure.objects.filter(state=Erasure.State.RUNNING, started_at__gt=now() - _WAITED_FOR)
    going = [of for of, is_taken in running.values_list("of", "extent__taken") if is_taken is not True]
    gone = Erasure.objects.filter(finished_at__gte=since).values_list("of", flat=True)
    is_purged = RetentionRun.objects.filter(at__gte=since).exists()
    return why([*going, *gone]) or (Because.PURGED if is_purged else None)
