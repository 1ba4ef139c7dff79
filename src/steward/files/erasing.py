"""How stored bytes go: the row in the transaction, the bytes after it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from steward.files.models import File
from steward.files.storage import destroy, is_here
from steward.privacy.inventory.stores import Extent, Key, Rank


class Files:
    """Files of what others of our packages hold: they say which. Keys are those of the object store."""

    rank = Rank.FILES
    models = frozenset({File._meta.label})

    def __init__(self, name: str, find: Callable[[Extent], QuerySet[File]]) -> None:
        self.name, self._find = name, find

    def find(self, extent: Extent) -> list[Key]:
        return list(self._find(extent).order_by("storage_key").values_list("storage_key", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        rows: Any = File.objects.filter(storage_key__in=list(keys))
        return int(rows._raw_delete(rows.db)) if keys else 0

    def settle(self, keys: Sequence[Key]) -> None:
        """Bytes in a bucket are read back at once: later nobody may ask it. Raises `StoreFault` where some stay."""
        destroy([str(key) for key in keys])

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        rows = set(File.objects.filter(storage_key__in=list(keys)).values_list("storage_key", flat=True))
        return sum(key in rows or is_here(str(key)) for key in keys)
