"""How fast one person may ask for pages: far faster than anybody works, far slower than a script can.

A bucket for each person (token bucket), in the memory of each process: a limit that costs no query. It fills by
`STEWARD_PACE` a second and holds a minute's worth. Tries that must be counted exactly are in `throttling`.
"""

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from uuid import UUID

from django.conf import settings

HELD = 60  # seconds' worth
_MOST_PEOPLE = 10_000  # remembered at once; those who asked longest ago have full buckets by then


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Paces:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._buckets: dict[UUID, _Bucket] = {}
        self._lock = Lock()

    def seconds_to_wait(self, person: UUID, *, cost: int = 1) -> float:
        """0 when the person may ask now, which takes `cost` out; else after how many seconds they may."""
        rate = settings.STEWARD_PACE
        if rate <= 0:
            return 0
        # Not `clock.now()`: a clock that stands still in tests would never fill a bucket.
        at = monotonic()
        with self._lock:
            bucket = self._buckets.pop(person, None) or _Bucket(rate * HELD, at)
            bucket.left = min(rate * HELD, bucket.left + (at - bucket.at) * rate)
            bucket.at = at
            self._buckets[person] = bucket  # the last ones of the dictionary asked last
            if len(self._buckets) > _MOST_PEOPLE:
                del self._buckets[next(iter(self._buckets))]
            if bucket.left < cost:
                return float((cost - bucket.left) / rate)
            bucket.left -= cost
        return 0


PACES = Paces()
