"""Carrying files into the bucket, where there is one: what was committed, soon after it was."""

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from steward.files.models import File
from steward.files.storage import BucketStore, bucket_store, is_copy
from steward.lib.clock import now
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.s3.client import Client, Sender
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.keys.errors import Tampered
from steward.privacy.keys.streaming import plaintext_bytes
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

COPY_KEPT = timedelta(minutes=10)  # what is new is read soon: a mail is made of it, a page shows it
LATE = timedelta(hours=1)
_SENT = ("user.content",)
logger = logging.getLogger(__name__)


def carry_files() -> int:
    """Put into the bucket what is not there yet, and let go of copies; returns how many were carried.

    What cannot be carried stays, and is tried again the next time.
    """
    store = bucket_store()
    if store is None:
        return 0
    carried = 0
    for account_id in Account.objects.values_list("id", flat=True):
        try:
            carried += _carry_of(store, account_id)
        except EgressDenied as denied:
            logger.error("files of account %s stay on this machine: %s", account_id, denied.reason.value)
        except StoreFault as fault:
            logger.error("files wait on this machine: %s", fault)
            break  # for every account alike
    return carried


def late() -> int:
    """How many files should be in the bucket by now, and are not."""
    store, at = bucket_store(), now() - LATE
    if store is None:
        return 0
    folders = [folder for account in store.folders_here("") for folder in store.folders_here(account.lstrip("/"))]
    stats = (stat for folder in folders for stat in store.here(folder).values())
    return sum(not is_copy(stat) and datetime.fromtimestamp(stat.st_mtime, UTC) < at for stat in stats)


def _carry_of(store: BucketStore, account_id: UUID) -> int:
    carried = 0
    with store.asked(Sender(account_id, _SENT)) as client:
        for folder in store.folders_here(str(account_id)):
            here = store.here(folder)
            for key in (key for key, stat in here.items() if is_copy(stat)):
                if datetime.fromtimestamp(here[key].st_mtime, UTC) < now() - COPY_KEPT:
                    store.let_go(key)
            waiting = [key for key, stat in here.items() if not is_copy(stat)]
            carried += sum(
                _carry(store, client, file, here[file.storage_key].st_size) for file in _rows(account_id, waiting)
            )
    return carried


def _rows(account_id: UUID, keys: list[str]) -> list[File]:
    """What is committed among these. Others are being written, or never will be: then the nightly upkeep has them."""
    if not keys:
        return []
    with upkeep_scope(account_id):
        return list(File.objects.filter(storage_key__in=keys))


def _carry(store: BucketStore, client: Client, file: File, stored: int) -> bool:
    if not _is_whole(file, stored):
        logger.error("file %s is not as long as it was, and is not carried anywhere", file.id)
        return False
    with suppress(FileNotFoundError):  # it was deleted meanwhile
        store.carry(file.storage_key, client)
    if _rows(file.account_id, [file.storage_key]):
        return True
    store.delete(file.storage_key)  # whoever deleted it may have done so before it was there
    return False


def _is_whole(file: File, stored: int) -> bool:
    try:
        return plaintext_bytes(stored) == file.size
    except Tampered:
        return False
