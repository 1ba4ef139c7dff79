"""What erasures know of the people they are about: those that were planned and never ordered go with them."""

from uuid import UUID

from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent, Rank, Rows, once, register


@once
def plans_about(extent: Extent) -> list[UUID]:
    """Plans that were never ordered, about somebody of the extent."""
    if not extent.contacts and not extent.addresses:
        return []
    contacts, addresses = set(map(str, extent.contacts)), set(extent.addresses)
    planned = Erasure.objects.filter(state=Erasure.State.PLANNED).only("extent")
    return [
        one.pk
        for one in planned
        if not contacts.isdisjoint((one.extent or {}).get("contacts", []))
        or not addresses.isdisjoint((one.extent or {}).get("addresses", []))
    ]


register(Rows("erasure.plans", Erasure, Rank.RECORDS, lambda e: Erasure.objects.filter(pk__in=plans_about(e))))
