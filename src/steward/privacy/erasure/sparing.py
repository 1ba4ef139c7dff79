"""What was planned and not erased, and is no failure: a legal hold on somebody else's data kept it, which is certified,
or it had gone by itself.
"""

from collections.abc import Callable

from steward.privacy.erasure.models import Erasure

Spared = Callable[[Erasure], int]

_spared: dict[str, Spared] = {}
_go_by_themselves: set[str] = set()


def spares(store: str) -> Callable[[Spared], Spared]:
    """Register how many of what was planned of a store were kept, and are named in the certificate."""

    def register(count: Spared) -> Spared:
        _spared[store] = count
        return count

    return register


def goes_by_itself(*stores: str) -> None:
    """What these stores hold goes without an erasure, too: none of it there when one runs is no fault."""
    _go_by_themselves.update(stores)


def missing(erasure: Erasure) -> list[str]:
    """The stores in which something was planned and nothing was erased: that is a fault, not a success."""
    return [
        name
        for name, number in erasure.planned.items()
        if name not in _go_by_themselves
        and number
        and not erasure.erased.get(name)
        and number > _number_spared(name, erasure)
    ]


def _number_spared(name: str, erasure: Erasure) -> int:
    return _spared[name](erasure) if name in _spared else 0
