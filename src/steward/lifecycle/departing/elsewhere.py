"""What an account has beside its own tables: stored files, jobs, and what names it in tables without a wall."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection

from steward.files.storage import destroy
from steward.lifecycle.departing.tables import empty_of, naming_tables
from steward.outbox.maildir import ACCOUNT, maildir
from steward.tenancy.models import Account

FILES, JOBS, MAILS = "files", "jobs", "maildir"
_SOME = 200  # files that are deleted before somebody looks how long it took
_JOBS_AT_ONCE = 20_000
_HEAD = 4096  # bytes of a kept mail in which its account stands

# By ranges of the number: there is no index over what jobs are about. The one that does this is left.
_FORGET = """
WITH these AS (SELECT id FROM procrastinate_jobs WHERE id > %(after)s AND id <= %(to)s
                  AND args->>'account' = %(account)s AND status <> 'doing'),
     failures AS (DELETE FROM jobs_failure WHERE job_id IN (SELECT id FROM these))
DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM these)
"""
_LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE args->>'account' = %s AND status <> 'doing'"


def count_files(account_id: UUID) -> int:
    """How many files are stored for an account, on this machine and in the bucket. In no transaction."""
    return sum(1 for _key in _keys(account_id))


def some_files(account_id: UUID) -> list[str]:
    """The keys of some of them: as many as are deleted at once."""
    return list(islice(_keys(account_id), _SOME))


def destroy_files(account_id: UUID, keys: Sequence[str]) -> None:
    """Delete stored files, wherever they are, and see that they are gone; without any, the folder. In no transaction.

    Raises `StoreFault` where some stay.
    """
    destroy(keys)
    if not keys:
        _remove_folder(account_id)


def count_jobs(account_id: UUID) -> int:
    """How many jobs are about an account, done or not."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [str(account_id)])
        return int(cursor.fetchone()[0])


def forget_jobs(account_id: UUID) -> int:
    """Delete them, each range of numbers in a transaction of its own; returns how many. In no scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM procrastinate_jobs")
        end, gone = cursor.fetchone()[0], 0
        for after in range(0, end, _JOBS_AT_ONCE):
            cursor.execute(_FORGET, {"after": after, "to": after + _JOBS_AT_ONCE, "account": str(account_id)})
            gone += cursor.rowcount
    return gone


def forget_names(account: Account) -> dict[str, int]:
    """Take the account out of all tables without a wall that name it; how many rows went from each."""
    gone = {table: empty_of(table, account.pk) for table in naming_tables()}
    return {table: number for table, number in gone.items() if number}


def forget_kept_mails(account: Account) -> int:
    """Delete mails of the account that did not leave this machine (`outbox.maildir`); returns how many."""
    wanted = f"{ACCOUNT}: {account.slug}".encode()
    gone = 0
    for path in [*maildir().glob("new/*"), *maildir().glob("cur/*")]:
        with suppress(FileNotFoundError), path.open("rb") as file:
            is_theirs = wanted in file.read(_HEAD).splitlines()[:3]
            if is_theirs:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _keys(account_id: UUID) -> Iterator[str]:
    root = str(account_id)
    try:
        folders = default_storage.listdir(root)[0]
    except FileNotFoundError:
        return
    for folder in folders:
        yield from (f"{root}/{folder}/{name}" for name in default_storage.listdir(f"{root}/{folder}")[1])


def _remove_folder(account_id: UUID) -> None:
    """The folders in which there was something. What came in between keeps its folder, and is found the next time."""
    if not isinstance(default_storage, FileSystemStorage):
        return
    root = Path(default_storage.path(str(account_id)))
    with suppress(FileNotFoundError, OSError):
        for folder in root.iterdir():
            folder.rmdir()
        root.rmdir()
