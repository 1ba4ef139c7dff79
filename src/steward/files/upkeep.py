"""Bytes without a row."""

from datetime import timedelta
from uuid import UUID

from django.core.files.storage import default_storage

from steward.files.models import File
from steward.lib.clock import now
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

_SAFE_AGE = timedelta(days=1)  # no transaction lasts that long


def remove_unknown_files() -> int:
    """Delete stored bytes older than a day that no `File` names; returns how many."""
    removed = 0
    for account_id in Account.objects.values_list("id", flat=True):
        removed += _remove_in(account_id)
    return removed


def _remove_in(account_id: UUID) -> int:
    removed = 0
    for folder in _folders(str(account_id)):
        keys = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
        with account_scope(account_id):
            known = set(File.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
        for key in keys - known:
            if default_storage.get_modified_time(key) < now() - _SAFE_AGE:
                default_storage.delete(key)
                removed += 1
    return removed


def _folders(root: str) -> list[str]:
    if not default_storage.exists(root):
        return []
    return [f"{root}/{name}" for name in default_storage.listdir(root)[0]]
