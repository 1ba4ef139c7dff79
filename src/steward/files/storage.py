"""Where the bytes of files are: a folder of this machine, and a bucket besides where the operator has one."""

import logging
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from datetime import datetime
from pathlib import Path

from django.core.files.base import File as DjangoFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connections, transaction

from steward.lib.ids import new_id
from steward.privacy.egress import configuration
from steward.privacy.egress.s3.client import Client, Sender
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.egress.s3.streams import PART, Upload, reading
from steward.tenancy.scope import account_in_scope

logger = logging.getLogger(__name__)
_BUFFER = 1 << 20
_COPY = 0o400  # nobody writes to a file twice, so its mode is free to say that it is in the bucket, too


class LocalStore(FileSystemStorage):
    """Files in a directory of this machine, readable by our user only."""

    def settle(self, name: str) -> None:
        """Wait until the file would survive a power cut: its bytes and its entry in the folder."""
        path = Path(self.path(name))
        for place in (path, path.parent):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


class BucketStore(LocalStore):
    """Files in a bucket, and on this machine until they are there.

    Written here, as durably as ever, and carried over by a job: no transaction waits for another machine, and nothing
    is refused or lost while that one cannot be reached. What is not here any more is read from the bucket. What asks
    the bucket raises `InsideTransaction` in an account's scope, `StoreFault` and `EgressDenied`.
    """

    def carry(self, name: str, client: Client) -> None:
        """Put a file into the bucket. What is here is from now on a copy, which nothing needs."""
        path = Path(self.path(name))
        with path.open("rb") as file, Upload(client, name, PART) as upload:
            while block := file.read(_BUFFER):
                upload.write(block)
        path.chmod(_COPY)

    def here(self, folder: str) -> dict[str, os.stat_result]:
        """The files of a folder that are on this machine, by name."""
        try:
            entries = os.scandir(self.path(folder))
        except FileNotFoundError:
            return {}
        with entries:
            return {f"{folder}/{one.name}": one.stat() for one in entries if one.is_file() and one.name[0] != "."}

    def folders_here(self, folder: str) -> list[str]:
        """The folders in a folder of this machine."""
        try:
            return [f"{folder}/{path.name}" for path in sorted(Path(self.path(folder)).iterdir()) if path.is_dir()]
        except FileNotFoundError:
            return []

    def let_go(self, name: str) -> None:
        """Of the copy here: it is in the bucket."""
        super().delete(name)

    def bring(self, name: str) -> None:
        """Have it here again for a moment, for whoever reads it in a transaction. The job lets it go again."""
        path = Path(self.path(name))
        if path.exists():
            return
        aside = path.with_name(f".{path.name}.{new_id().hex}")  # of this thread alone: another may bring it, too
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.open(name) as there, os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT, _COPY), "wb") as here:
            while block := there.read(_BUFFER):
                here.write(block)
        aside.replace(path)

    def delete(self, name: str) -> None:
        """Here at once, and there as soon as no transaction is open; if that fails, the nightly upkeep does it.

        For what has to be proven to be gone there is `destroy`.
        """
        if account_in_scope() is not None:
            transaction.on_commit(lambda: self.delete(name))
            return
        super().delete(name)
        try:
            with self.asked() as client:
                client.delete(name)
        except StoreFault as fault:
            logger.warning("a deleted file stays in the bucket until tonight: %s", fault)

    def exists(self, name: str) -> bool:
        return super().exists(name) or self.is_carried(name)

    def is_carried(self, name: str) -> bool:
        """Whether it is in the bucket."""
        with self.asked() as client:
            return client.head(name) is not None

    def is_here(self, name: str) -> bool:
        """Whether it is on this machine."""
        return super().exists(name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Names are random: nobody has to be asked, least of all in a transaction."""
        return name

    def asked(self, sender: Sender | None = None) -> Client:
        """The bucket."""
        bucket = configuration.object_store()
        if bucket is None:
            raise StoreFault("STEWARD_OBJECT_STORE is not set")
        return Client(bucket, sender)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder, wherever they are."""
        folders, files = set[str](), set[str]()
        with suppress(FileNotFoundError):
            here = super().listdir(path)
            folders, files = set(here[0]), set(here[1])
        beginning = f"{path}/" if path else ""
        with self.asked() as client:
            folders |= set(client.folders(beginning))
            files |= {name for one in client.objects(beginning) if "/" not in (name := one.key[len(beginning) :])}
        return sorted(folders), sorted(files)

    def get_modified_time(self, name: str) -> datetime:
        """When it was written. Raises FileNotFoundError."""
        with suppress(FileNotFoundError):
            return super().get_modified_time(name)
        with self.asked() as client:
            kept = client.head(name)
        if kept is None:
            raise FileNotFoundError(name)
        return kept.at

    def _open(self, name: str, mode: str = "rb") -> DjangoFile:  # type: ignore[type-arg]
        with suppress(FileNotFoundError):
            return super()._open(name, mode)  # type: ignore[misc, no-any-return]  # the stubs do not know it
        if account_in_scope() is not None:
            self._bring_aside(name)
            return super()._open(name, mode)  # type: ignore[misc, no-any-return]
        client = self.asked()
        try:
            return DjangoFile(reading(client, name, owns=True), name)
        except BaseException:
            client.close()
            raise

    def _bring_aside(self, name: str) -> None:
        """For whoever reads in a transaction and has not brought it before: that one waits, on a thread of its own."""
        with ThreadPoolExecutor(1) as aside:
            aside.submit(Context().run, self._bring_and_close, name).result()

    def _bring_and_close(self, name: str) -> None:
        try:
            self.bring(name)
        finally:
            connections.close_all()  # those of this thread


def context_of(storage_key: str) -> str:
    """What the bytes of a file are bound to, so that none can take the place of another."""
    return f"files:{storage_key}"


def is_copy(stat: os.stat_result) -> bool:
    """Whether a file of this machine is in the bucket, too."""
    return stat.st_mode & 0o777 == _COPY


def bucket_store() -> BucketStore | None:
    """The store of this installation, where it has a bucket."""
    return default_storage if isinstance(default_storage, BucketStore) else None


def is_here(key: str) -> bool:
    """Whether the bytes are on this machine. Asks nobody else."""
    return store.is_here(key) if (store := bucket_store()) else default_storage.exists(key)


def destroy(keys: Iterable[str]) -> None:
    """Delete stored bytes, and see that they are gone. Raises `StoreFault` where they are not."""
    store = bucket_store()
    if store is None:
        for key in keys:
            default_storage.delete(key)
        return
    with store.asked() as client:
        for key in keys:
            store.let_go(key)
            client.delete(key)
            if client.head(key) is not None:
                raise StoreFault(f"{client.bucket} does not delete what it is asked to")
