"""What an extent reaches: who is held back keeps also what would go with something else."""

from collections.abc import Callable, Iterable
from uuid import UUID

from steward.privacy.holds.models import LegalHold
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import current_account_id

Reach = Callable[[Extent], Iterable[UUID]]

_reaches: list[Reach] = []


def reach(function: Reach) -> Reach:
    """Register what says which contacts and tickets lose something when an extent goes, beside its own ids."""
    _reaches.append(function)
    return function


def holds_on(extent: Extent) -> list[LegalHold]:
    """The holds in force that keep some of an extent from going, the oldest first."""
    held = list(LegalHold.objects.in_force().order_by("placed_at", "id"))
    if not held:
        return []
    reached = {current_account_id(), *extent.tickets, *extent.contacts}
    reached.update(*(function(extent) for function in _reaches))
    return [hold for hold in held if hold.object_id in reached]
