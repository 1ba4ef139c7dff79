"""Storing and reading files."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage

from steward.files.content_types import safe_content_type
from steward.files.models import File
from steward.files.storage import LocalStore, bucket_store, context_of
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.keys.streaming import EncryptingWriter, decrypt_chunks
from steward.tenancy.scope import current_account_id


@dataclass(frozen=True, slots=True)
class NewFile:
    """Bytes to be kept. `content_type` is what the sender claims.

    `is_kept_elsewhere`: they can be had again from the mail they came in, so the disk need not be waited for.
    """

    content: bytes
    content_type: str = "application/octet-stream"
    is_kept_elsewhere: bool = False


def store_files(new: Iterable[NewFile]) -> list[File]:
    """Keep the bytes, encrypted, and return their rows in the same order."""
    files = [_written(each) for each in new]
    File.objects.bulk_create(files)
    return files


def read_file(file: File) -> Iterator[bytes]:
    """The bytes of a file, decrypted, in chunks of at most 64 KiB. Needs no scope: `file` names its account."""
    with default_storage.open(file.storage_key, "rb") as stored:
        yield from decrypt_chunks(file.account_id, cast(BinaryIO, stored), context=context_of(file.storage_key))


class FilesAway(Exception):
    """Some of the files that a transaction would read are on another machine: bring them, and begin again."""

    def __init__(self, files: list[File]) -> None:
        super().__init__(f"{len(files)} files are away")
        self.files = files


def need_here(files: Iterable[File]) -> None:
    """Raises `FilesAway` where some are not on this machine; to be called before anything is read or changed."""
    store = bucket_store()
    away = [file for file in files if not store.is_here(file.storage_key)] if store is not None else []
    if away:
        raise FilesAway(away)


def bring_files(files: Iterable[File]) -> None:
    """Have their bytes on this machine before a transaction reads them: none waits for another machine."""
    store = bucket_store()
    if store is not None:
        for file in files:
            store.bring(file.storage_key)


def _written(new: NewFile) -> File:
    account_id = current_account_id()
    name = new_id().hex
    # A random name: what a sender calls a file never reaches the file system.
    key = f"{account_id}/{name[-2:]}/{name}"
    encrypted = io.BytesIO()
    with EncryptingWriter(account_id, encrypted, context=context_of(key)) as writer:
        writer.write(new.content)
    encrypted.seek(0)
    key = default_storage.save(key, DjangoFile(encrypted))
    if isinstance(default_storage, LocalStore) and not new.is_kept_elsewhere:
        default_storage.settle(key)
    return File(
        storage_key=key,
        size=len(new.content),
        sha256=hashlib.sha256(new.content).digest(),
        content_type=safe_content_type(new.content_type),
        created_at=now(),
    )
