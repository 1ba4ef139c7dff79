"""How stored bytes go: the row in the transaction, the bytes after it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from steward.files.models import File
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
        for key in keys:
            default_storage.delete(str(key))

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        rows = set(File.objects.filter(storage_key__in=list(keys)).values_list("storage_key", flat=True))
        return sum(key in rows or default_storage.exists(str(key)) for key in keys)
