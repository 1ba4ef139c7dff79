"""`steward account export`: everything an account holds as an encrypted file, with the leave of whoever it belongs to.

Whoever runs the machine for themselves is the controller: the passphrase is printed, or read from standard input. For
the account of another company the file is written without anybody here being able to open it: its owners see the
passphrase, once, on their page.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from steward.events.actions import record
from steward.files.actions import read_file
from steward.jobs import enqueue
from steward.jobs.queries import accounts_waiting_for
from steward.lib.actor import SYSTEM
from steward.lifecycle.leave import By, Leave, NoLeave, leave_for
from steward.people.operators import note
from steward.privacy.exports.actions import NotThere
from steward.privacy.support_access.commands import COMMANDS
from steward.privacy.takeout.access import newest_copy
from steward.privacy.takeout.actions import BeingMade, fail_copy, note_copy, note_download
from steward.privacy.takeout.describing import in_words
from steward.privacy.takeout.models import AccountCopy
from steward.privacy.takeout.running import Erasing, run_copy, write_copy
from steward.privacy.takeout.shown import archive_name
from steward.privacy.takeout.tasks import make
from steward.project.commands.content import record_command
from steward.project.commands.parsing import read_password
from steward.project.commands.session import account_named
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_CHUNK = 1024 * 1024


def add_to(commands: Any) -> None:
    """Add the sub-command to those of `steward account`."""
    export = commands.add_parser("export", help="write everything an account holds into an encrypted archive")
    export.add_argument("slug", metavar="SLUG", nargs="?", help="not needed with --describe")
    export.add_argument("--to", type=Path, metavar="FILE|DIR", help="where the archive goes (a name of its own, here)")
    export.add_argument(
        "--passphrase", action="store_true", help="read the passphrase from standard input instead of making one"
    )
    export.add_argument("--describe", action="store_true", help="print the format, each file and field, and end")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    if options.describe:
        print(in_words())
        return
    if not options.slug:
        raise Failure("Which account? `steward account list` shows those there are.")
    account = account_named(options.slug)
    leave = asked_leave(account, area=COMMANDS["account.export"].area)
    if leave.by is By.GRANT:  # the report of the grant says so
        record_command(account, "account.export", leave)
    told = _own(account, options) if leave.by is By.OWN else _ordered(account, options)
    note(None, "account.exported", account_id=account.pk, about=leave.by.value)
    print(json.dumps(told | {"leave": leave.by.value}, indent=2))


def asked_leave(account: Account, *, area: str) -> Leave:
    """By what right the command may take the account's content; raises `Failure`, which says what to do."""
    try:
        return leave_for(account, area=area, for_owners=True)
    except NoLeave:
        note(None, "command.refused", account_id=account.pk, about=f"account.{area}")
        raise Failure(
            f"{account.name} is the account of another company: what it holds is taken on an owner's order only, or "
            "while a grant of theirs runs. An owner orders it under Settings, “A copy of everything”, or, when the "
            f"account is shut, on the page /standing. `steward grant ask --account {account.slug} --area {area} "
            "--as EMAIL --reason WORDS` asks for a grant."
        ) from None


def _own(account: Account, options: argparse.Namespace) -> dict[str, object]:
    """Straight into the file; nothing of it is kept here."""
    typed = read_password("Passphrase", twice=True) if options.passphrase else ""
    if options.passphrase and not typed:
        raise Failure("The passphrase is one line on standard input.")
    copy = _noted(account, typed)
    passphrase = typed or _words(account, copy)
    place = _place(options.to, account, copy)
    with _abandoned_on_failure(account, copy), _new_file(place) as out:
        made = _waited(lambda: write_copy(account.pk, copy.pk, out, heard=_heard))
    told = {} if typed else {"passphrase": passphrase}
    return {"file": str(place), **_counts(made), **told}


def _ordered(account: Account, options: argparse.Namespace) -> dict[str, object]:
    """The archive that the owners have, too, and they alone the passphrase of."""
    if options.passphrase:
        raise Failure("The passphrase of this copy is for the account's owners: it is made here, and shown to them.")
    with upkeep_scope(account.pk):
        copy = newest_copy()
    if copy is None or not (copy.is_open or copy.is_there()):
        copy = _noted(account, "")
        with _abandoned_on_failure(account, copy):
            copy = _kept(account, copy)
    elif copy.is_open:
        with _left_to_the_worker(account, copy):
            copy = _kept(account, copy)
    place = _place(options.to, account, copy)
    with _new_file(place) as out:
        try:
            with upkeep_scope(account.pk):
                file = note_download(copy, actor=SYSTEM)
                record("account_copy.handed_out", copy, actor=SYSTEM)
        except NotThere as error:
            raise Failure("The copy was deleted in this moment. Nothing was written.") from error
        for chunk in read_file(file):
            out.write(chunk)
    return {"file": str(place), **_counts(copy), "passphrase": "shown to the account's owners, once, on their page"}


def _kept(account: Account, copy: AccountCopy) -> AccountCopy:
    return _waited(lambda: run_copy(account.pk, copy.pk))


def _noted(account: Account, passphrase: str) -> AccountCopy:
    try:
        with upkeep_scope(account.pk):
            return note_copy(actor=SYSTEM, passphrase=passphrase)
    except BeingMade as error:
        raise Failure("A copy of everything is being made already: wait for it, or stop it on its page.") from error
    except ValueError as error:
        raise Failure(f"{str(error).capitalize()}.") from error


def _words(account: Account, copy: AccountCopy) -> str:
    with upkeep_scope(account.pk):
        return str(AccountCopy.objects.get(pk=copy.pk).passphrase.reveal())


def _waited(make: Callable[[], AccountCopy | None]) -> AccountCopy:
    try:
        made = make()
    except Erasing:
        raise Failure("Somebody is being erased in this moment, and would be in it still. Try again later.") from None
    if made is None:
        raise Failure(
            "The copy was taken back, the worker makes it now, or somebody in it was erased. Nothing was written."
        )
    return made


@contextmanager
def _abandoned_on_failure(account: Account, copy: AccountCopy) -> Iterator[None]:
    """What a command begins no worker goes on with."""
    try:
        yield
    except BaseException:
        with upkeep_scope(account.pk):
            fail_copy(copy.pk)
        raise


@contextmanager
def _left_to_the_worker(account: Account, copy: AccountCopy) -> Iterator[None]:
    """What an owner ordered is made although we fail: the job that was to make it ended when we overtook it."""
    try:
        yield
    except BaseException:
        with upkeep_scope(account.pk):
            is_open = AccountCopy.objects.filter(pk=copy.pk, state__in=AccountCopy.OPEN).exists()
            if is_open and account.pk not in accounts_waiting_for(make):
                enqueue(make, copy=str(copy.pk))
        raise


def _place(wanted: Path | None, account: Account, copy: AccountCopy) -> Path:
    name = archive_name(account.slug, copy)
    if wanted is None:
        return Path(name)
    return wanted / name if wanted.is_dir() else wanted


@contextmanager
def _new_file(place: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner reads; gone again when it does not become whole."""
    try:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Failure(f"There is a file {place} already: choose another with --to.") from error
    except OSError as error:
        raise Failure(f"{place} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "w+b", buffering=_CHUNK) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        place.unlink(missing_ok=True)
        raise


def _counts(copy: AccountCopy) -> dict[str, object]:
    return {
        "bytes": copy.size,
        "sha256": copy.sha256,
        "records": copy.records,
        "files": copy.files,
        "unreadable": copy.unreadable,
    }


def _heard(done: int, steps: int) -> None:
    """How far it is, on a terminal."""
    if steps and sys.stderr.isatty():
        print(f"\r{min(99, 100 * done // steps)} %", end="", file=sys.stderr, flush=True)


__all__ = ["add_to", "asked_leave"]
