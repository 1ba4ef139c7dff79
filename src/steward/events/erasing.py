"""What events say of what is gone. The events stay, and the chain over them holds: it goes by digests."""

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from steward.events.models import Event
from steward.privacy.inventory.stores import Extent, Key, Rank, register


class Changes:
    """The erasable parts of events. `find` gives those of an extent, or None for none."""

    rank = Rank.RECORDS
    models = frozenset({Event._meta.label})

    def __init__(self, name: str, find: "Callable[[Extent], QuerySet[Event] | None]") -> None:
        self.name, self._find = name, find

    def find(self, extent: Extent) -> list[Key]:
        events = self._find(extent)
        if events is None:
            return []
        return list(events.filter(changes__isnull=False).order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        return Event.objects.filter(pk__in=list(keys)).update(changes=None, salt=None)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: what was said is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return Event.objects.filter(pk__in=list(keys), changes__isnull=False).count()


def _about(extent: Extent) -> "QuerySet[Event] | None":
    """Events about the tickets and the contacts themselves."""
    about = [*extent.tickets, *extent.contacts]
    return Event.objects.filter(object_id__in=about) if about else None


register(Changes("events.changes", _about))
