"""What erasures know of the people they are about: it goes with them, where it is not ended as it should.

Plans that were never ordered are deleted. One that failed stays, and forgets whom it was about.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.sparing import goes_by_itself
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, once, register

_left_out: ContextVar[UUID | None] = ContextVar("left_out", default=None)


@contextmanager
def leaving_out(erasure_id: UUID) -> Iterator[None]:
    """Within, this plan is not one of those that go: it is the one that is counted."""
    token = _left_out.set(erasure_id)
    try:
        yield
    finally:
        _left_out.reset(token)


@once
def plans_about(extent: Extent) -> list[UUID]:
    """Plans that were never ordered, about somebody of the extent."""
    return _about(extent, *Erasure.UNORDERED)


def _about(extent: Extent, *states: Erasure.State) -> list[UUID]:
    if not extent.contacts and not extent.addresses:
        return []
    contacts, addresses = set(map(str, extent.contacts)), set(extent.addresses)
    found = Erasure.objects.filter(state__in=states, extent__isnull=False).exclude(
        pk__in=filter(None, [_left_out.get()])
    )
    return [
        one.pk
        for one in found.order_by("pk").only("extent")
        if not contacts.isdisjoint((one.extent or {}).get("contacts", []))
        or not addresses.isdisjoint((one.extent or {}).get("addresses", []))
    ]


class Failed:
    """Erasures of the same people that failed: this one goes to the end, and what they knew of them is needed no more.

    The row stays: that it failed, and for a restored backup that it was known here.
    """

    name, rank = "erasure.failed", Rank.RECORDS
    models = frozenset({Erasure._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        return list(_about(extent, Erasure.State.FAILED))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        return Erasure.objects.filter(pk__in=list(keys)).update(extent=None)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: it is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return Erasure.objects.filter(pk__in=list(keys), extent__isnull=False).count()


register(
    Rows("erasure.plans", Erasure, Rank.RECORDS, lambda e: Erasure.objects.filter(pk__in=plans_about(e))),
    Failed(),
)
goes_by_itself("erasure.plans")  # after a week
