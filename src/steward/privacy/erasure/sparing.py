"""What was planned, and a legal hold on somebody else's data kept after all: it is certified, and no failure."""

from collections.abc import Callable

from steward.privacy.erasure.models import Erasure

Spared = Callable[[Erasure], int]

_spared: dict[str, Spared] = {}


def spares(store: str) -> Callable[[Spared], Spared]:
    """Register how many of what was planned of a store were kept, and are named in the certificate."""

    def register(count: Spared) -> Spared:
        _spared[store] = count
        return count

    return register


def missing(erasure: Erasure) -> list[str]:
    """The stores in which something was planned and nothing was erased: that is a fault, not a success."""
    return [
        name
        for name, number in erasure.planned.items()
        if number and not erasure.erased.get(name) and number > _number_spared(name, erasure)
    ]


def _number_spared(name: str, erasure: Erasure) -> int:
    return _spared[name](erasure) if name in _spared else 0
