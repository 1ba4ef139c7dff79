"""Storing what is too large to be held in memory."""

import hashlib
import tempfile
from collections.abc import Iterable
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage

from steward.files.content_types import safe_content_type
from steward.files.models import File
from steward.files.storage import LocalStore
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.keys.streaming import EncryptingWriter


def store_stream(account_id: UUID, chunks: Iterable[bytes], *, content_type: str) -> File:
    """Keep the bytes, encrypted, and return the row, which the caller saves in the account's scope; needs none itself.

    Until it is whole it lies in a file without a name, already encrypted, that goes with the process. Bytes without a
    row are removed by the upkeep of files.
    """
    name = new_id().hex
    key = f"{account_id}/{name[-2:]}/{name}"
    size, digest = 0, hashlib.sha256()
    with tempfile.TemporaryFile(dir=settings.STEWARD_DATA) as held:
        with EncryptingWriter(account_id, cast(BinaryIO, held), context=f"files:{key}") as writer:
            for chunk in chunks:
                size += writer.write(chunk)
                digest.update(chunk)
        held.seek(0)
        key = default_storage.save(key, DjangoFile(held))
    if isinstance(default_storage, LocalStore):
        default_storage.settle(key)
    return File(
        storage_key=key,
        size=size,
        sha256=digest.digest(),
        content_type=safe_content_type(content_type),
        created_at=now(),
    )


def discard(storage_key: str) -> None:
    """Delete stored bytes that no row names, or none any more. May be repeated."""
    default_storage.delete(storage_key)
