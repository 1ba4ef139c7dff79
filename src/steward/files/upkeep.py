"""Bytes without a row, and rows that nothing refers to."""

from datetime import timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet

from steward.files.models import File
from steward.lib.clock import now
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_SAFE_AGE = timedelta(days=1)  # no transaction lasts that long


def remove_unknown_files() -> int:
    """Delete stored bytes older than a day that no `File` names; returns how many."""
    removed = 0
    for account_id in Account.objects.values_list("id", flat=True):
        removed += _remove_in(account_id)
    return removed


def remove_unused_files() -> int:
    """Delete files older than a day that nothing is attached to: taken out of a draft, or thrown away with it.

    Nothing leads to them, so no erasure would find them. Their bytes go later, as `remove_unknown_files` finds them.
    """
    removed = 0
    for account_id in Account.objects.values_list("id", flat=True):
        with upkeep_scope(account_id):
            removed += _unused().delete()[0]
    return removed


def _unused() -> QuerySet[File]:
    old = File.objects.filter(created_at__lt=now() - _SAFE_AGE)
    for relation in File._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):  # every field that refers to files, of whichever package
            rows = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            old = old.filter(~Exists(rows))
    return old


def _remove_in(account_id: UUID) -> int:
    removed = 0
    for folder in _folders(str(account_id)):
        keys = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
        with upkeep_scope(account_id):
            known = set(File.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
        for key in keys - known:
            if default_storage.get_modified_time(key) < now() - _SAFE_AGE:
                default_storage.delete(key)
                removed += 1
    return removed


def _folders(root: str) -> list[str]:
    try:
        return [f"{root}/{name}" for name in default_storage.listdir(root)[0]]
    except FileNotFoundError:
        return []
