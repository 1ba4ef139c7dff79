"""Making one copy: into the store of files, or into a file that somebody names. Needs no scope.

Nothing of it is kept while it is made; what a process left undone is made anew from the beginning.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, BinaryIO
from uuid import UUID

from steward.files.actions import read_file
from steward.files.models import File
from steward.files.streams import discard, store_stream
from steward.privacy.exports.withdrawing import is_erasing
from steward.privacy.takeout.actions import begin_copy, finish_copy
from steward.privacy.takeout.building import Making, write_archive
from steward.privacy.takeout.models import AccountCopy
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_TOLD_EVERY = 1.0  # seconds between two words about how far it is
Heard = Callable[[int, int], None]


class Gone(RuntimeError):
    """It was taken back or withdrawn while it was made."""


class Erasing(RuntimeError):
    """Somebody is being erased in this moment: a copy would have them still."""


def run_copy(account_id: UUID, copy_id: UUID) -> AccountCopy | None:
    """Make it and keep it to be downloaded; None when nobody wants it any more. Raises `Erasing`, or as `Making`."""
    begun = _begun(account_id, copy_id)
    if begun is None:
        return None
    copy, making = begun
    archive: File | None = None
    try:
        archive = store_stream(account_id, making.archive(), content_type="application/zip")
        archive.account_id = account_id
        _say_checking(copy)
        sha256 = bytes(archive.sha256).hex()
        making.check(read_file(archive), archive.size, sha256)
        if _finished(copy, making, archive=archive, size=archive.size, sha256=sha256):
            return copy
    except Gone:
        pass  # nothing is left but the bytes, which go now
    except BaseException:
        _forget(archive)
        raise
    _forget(archive)
    return None


def write_copy(account_id: UUID, copy_id: UUID, out: BinaryIO, *, heard: Heard) -> AccountCopy | None:
    """Make it into an open file; nothing of it stays here. `heard` is told of steps done and to do."""
    begun = _begun(account_id, copy_id, heard=heard)
    if begun is None:
        return None
    copy, making = begun
    try:
        size, digest = write_archive(making, out)
    except Gone:
        return None
    return copy if _finished(copy, making, archive=None, size=size, sha256=digest) else None


def _begun(account_id: UUID, copy_id: UUID, *, heard: Heard | None = None) -> tuple[AccountCopy, Making] | None:
    with upkeep_scope(account_id):
        copy = begin_copy(copy_id)
        if copy is None:
            return None
        passphrase = copy.passphrase.reveal()
        account = Account.objects.select_related("data_centre").get(pk=account_id)
    # Asked after it is said that a copy is made: whoever begins to erase from now on finds it and withdraws it.
    with upkeep_scope(account_id):
        has_to_wait = is_erasing()
        if has_to_wait:
            _running(copy).update(state=AccountCopy.State.WAITING)
    if has_to_wait:
        raise Erasing(str(copy_id))
    return copy, Making(account, passphrase, _Telling(copy, heard).tell)


def _finished(copy: AccountCopy, making: Making, **made: Any) -> bool:
    with upkeep_scope(copy.account_id):
        is_wanted = finish_copy(copy, making.manifest, **made)
        if is_wanted:
            copy.refresh_from_db()
    return is_wanted


def _say_checking(copy: AccountCopy) -> None:
    with upkeep_scope(copy.account_id):
        _running(copy).update(is_checking=True)


def _forget(archive: File | None) -> None:
    if archive is not None:
        discard(archive.storage_key)


class _Telling:
    """Says how far it is, now and then, and ends what nobody wants any more."""

    def __init__(self, copy: AccountCopy, heard: Heard | None) -> None:
        self._copy, self._heard, self._at = copy, heard, 0.0

    def tell(self, done: int, steps: int) -> None:
        """Raises `Gone`."""
        if monotonic() - self._at < _TOLD_EVERY:
            return
        self._at = monotonic()
        if self._heard is not None:
            self._heard(done, steps)
        with upkeep_scope(self._copy.account_id):
            if not _running(self._copy).update(done=done, steps=steps):
                raise Gone(str(self._copy.pk))


def _running(copy: AccountCopy) -> Any:
    """The row as long as it is this process that makes it."""
    return AccountCopy.objects.filter(pk=copy.pk, state=AccountCopy.State.RUNNING, begun_at=copy.begun_at)
