"""What events say of what is gone. The events stay, and the chain over them holds: it goes by digests."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.privacy.inventory.stores import Extent, Key, Rank, register


class Changes:
    """The erasable parts of events about tickets and contacts."""

    name, rank = "events.changes", Rank.RECORDS
    models = frozenset({Event._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        about = [*extent.tickets, *extent.contacts]
        if not about:
            return []
        events = Event.objects.filter(object_id__in=about, changes__isnull=False)
        return list(events.order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        return Event.objects.filter(pk__in=list(keys)).update(changes=None, salt=None)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: what was said is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return Event.objects.filter(pk__in=list(keys), changes__isnull=False).count()


register(Changes())
