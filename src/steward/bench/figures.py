"""Timings, and what is told of them."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Of several timings, in milliseconds."""

    p50: float
    p95: float
    count: int
    p99: float = 0.0
    longest: float = 0.0

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """Raises `ValueError` when there are none."""
        ordered = sorted(seconds)
        p50, p95, p99, longest = (_at(ordered, share) for share in (0.50, 0.95, 0.99, 1.0))
        return cls(p50, p95, len(ordered), p99, longest)


def _at(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest timing that `share` of all do not exceed."""
    if not ordered:
        raise ValueError("no timings")
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000, 2)


def load() -> float:
    """How busy the machine was in the last minute, whoever kept it so: figures taken at more than its cores lie."""
    return round(os.getloadavg()[0], 2)
