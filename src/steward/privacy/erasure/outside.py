"""What no transaction reaches: copies on servers of others. Noted with each step, and gone after when all are done."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from steward.privacy.inventory.stores import Extent

PATIENCE = timedelta(hours=24)  # after the begin: what is out of reach until then is named in the certificate
PAUSE = timedelta(minutes=15)  # between two tries


class Outside(Protocol):
    """One kind of place outside the database."""

    def prepare(self, erasure_id: UUID, extent: Extent) -> None:
        """Note, in the transaction of a step and before anything of it goes, what is to be looked for."""
        ...

    def reach(self, account_id: UUID, erasure_id: UUID) -> bool:
        """Erase what was noted and read back, outside any scope; False while some of it is out of reach."""
        ...


_outside: list[Outside] = []


def register_outside(place: Outside) -> None:
    """Have a place cleared with each erasure."""
    _outside.append(place)


def prepare_outside(erasure_id: UUID, extent: Extent) -> None:
    """Note what of a step lies outside."""
    for place in _outside:
        place.prepare(erasure_id, extent)


def reach_outside(account_id: UUID, erasure_id: UUID) -> bool:
    """Clear all places; False while one of them is out of reach."""
    reached = [place.reach(account_id, erasure_id) for place in _outside]  # each, whatever became of others
    return all(reached)
