"""Letting go of files that nothing is attached to any more."""

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum

from steward.files.models import File
from steward.tickets.models import Attachment, DraftAttachment


def forget_files(files: Collection[UUID]) -> int:
    """Delete those that nothing holds; returns their bytes. What a dead process leaves behind goes in the night."""
    attached, drafted = (model.objects.filter(file=OuterRef("pk")) for model in (Attachment, DraftAttachment))
    loose = File.objects.filter(~Exists(attached), ~Exists(drafted), pk__in=list(files))
    keys = list(loose.values_list("pk", "storage_key"))
    gone: Any = File.objects.filter(pk__in=[pk for pk, _key in keys])
    size = gone.aggregate(total=Sum("size"))["total"] or 0
    gone._raw_delete(gone.db)
    for _pk, key in keys:
        transaction.on_commit(partial(default_storage.delete, key))
    return int(size)
