"""What can be done: order a copy of everything, see its passphrase once, download it, delete it.

In a scope of the account. The owner of a sealed one does it, too, on the page about where the account stands, so the
scope is the caller's.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from steward.events.actions import record
from steward.files.models import File
from steward.files.streams import discard
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.privacy.exports.actions import NotThere
from steward.privacy.exports.packing import new_passphrase
from steward.privacy.takeout.erased import Because, what_went
from steward.privacy.takeout.manifest import Manifest
from steward.privacy.takeout.models import KEPT, AccountCopy
from steward.tenancy.models import Account

State = AccountCopy.State
SHORTEST = 20  # characters of a passphrase that somebody else made: the format slows nobody down who guesses
_GONE: dict[str, Any] = {"file": None, "passphrase": b""}


class BeingMade(ValueError):
    """A copy is being made already."""


def order_copy(*, actor: Actor) -> AccountCopy:
    """Have everything put together, in the background. Raises `BeingMade`. An earlier archive is deleted."""
    from steward.privacy.takeout.tasks import make  # noqa: PLC0415  tasks call this package

    with transaction.atomic():
        for earlier in AccountCopy.objects.filter(state=State.READY):
            delete_copy(earlier, actor=actor)
        copy = note_copy(actor=actor)
        enqueue(make, copy=str(copy.pk))
    return copy


def note_copy(*, actor: Actor, passphrase: str = "") -> AccountCopy:
    """Write down that there is to be a copy, for who makes it at once. Raises `BeingMade`, and `ValueError` for a
    passphrase that is too short.
    """
    if passphrase and len(passphrase) < SHORTEST:
        raise ValueError(f"a passphrase has at least {SHORTEST} characters")
    copy = AccountCopy(asked_by_kind=actor.kind.value, asked_by_id=actor.id, asked_at=now())
    copy.passphrase = passphrase or new_passphrase()  # sealed when it is saved
    try:
        with transaction.atomic():
            copy.save()
            record("account_copy.asked", copy, actor=actor)
    except IntegrityError as error:
        raise BeingMade("a copy of everything is being made already") from error
    return copy


def begin_copy(copy_id: UUID) -> AccountCopy | None:
    """Say that it is being made, from the beginning; None for one that is made, or not wanted any more,
    and of an account that is being deleted: it would have the half of it.
    """
    with transaction.atomic():
        # Locked: what is taken back in this moment is not begun.
        copy = AccountCopy.objects.select_for_update(no_key=True).filter(pk=copy_id).first()
        if copy is None or not copy.is_open or _is_departing(copy.account_id):
            return None
        copy.state, copy.begun_at, copy.done, copy.is_checking = State.RUNNING, now(), 0, False
        copy.save(update_fields=["state", "begun_at", "done", "is_checking"])
    return copy


def _is_departing(account_id: UUID) -> bool:
    return Account.objects.filter(pk=account_id, departing_since__isnull=False).exists()


def finish_copy(copy: AccountCopy, manifest: Manifest, *, archive: File | None, size: int, sha256: str) -> bool:
    """It is made and was read back. Without a stored `archive` it was handed out. False when nobody wants it any more.

    `copy` is what `begin_copy` gave: who was overtaken by another process has nothing to finish.
    """
    with transaction.atomic():
        row = AccountCopy.objects.select_for_update(no_key=True).filter(pk=copy.pk).first()
        if row is None or row.state != State.RUNNING or row.begun_at != copy.begun_at:
            return False
        if because := what_went(copy.begun_at or row.asked_at):  # who began to in the moment it was begun saw none
            delete_copy(row, because=because)
            return False
        if archive is not None:
            archive.save(force_insert=True)
        at = now()
        row.state, row.file = (State.READY, archive) if archive else (State.HANDED_OUT, None)
        row.size, row.sha256, row.finished_at = size, sha256, at
        row.expires_at = at + KEPT if archive else None
        row.records, row.files, row.unreadable = manifest.records(), manifest.files(), manifest.spoilt
        row.done, row.is_checking = row.steps, False
        if archive is None:
            row.passphrase = b""
        row.save()
        told = {"size": size, "records": row.records, "files": row.files, "unreadable": row.unreadable}
        record("account_copy.made" if archive else "account_copy.handed_out", row, actor=SYSTEM, changes=told)
    return True


def reveal_passphrase(copy: AccountCopy, *, actor: Actor) -> str:
    """The passphrase, this once: from now on nobody has it but who reads it here. Raises `NotThere`."""
    with transaction.atomic():
        row = AccountCopy.objects.select_for_update(no_key=True).get(pk=copy.pk)
        if not row.is_there() or not row.passphrase:
            raise NotThere("this passphrase was shown before")
        words = str(row.passphrase.reveal())
        AccountCopy.objects.filter(pk=row.pk).update(passphrase=b"", passphrase_shown_at=now())
        record("account_copy.passphrase_shown", row, actor=actor)
    copy.refresh_from_db()
    return words


def note_download(copy: AccountCopy, *, actor: Actor) -> File:
    """Count a download, and give the file. Raises `NotThere`."""
    with transaction.atomic():
        rows = AccountCopy.objects.select_for_update(no_key=True, of=("self",)).select_related("file")
        row = rows.get(pk=copy.pk)
        if not row.is_there() or row.file is None:
            raise NotThere("this copy has expired")
        AccountCopy.objects.filter(pk=row.pk).update(downloads=F("downloads") + 1, last_download_at=now())
        record("account_copy.downloaded", row, actor=actor)
    file: File = row.file
    return file


def delete_copy(copy: AccountCopy, *, actor: Actor = SYSTEM, because: Because | None = None) -> bool:
    """Delete the archive, or stop making it. That there was a copy stays. Returns whether there was anything.

    It is withdrawn, and owners are told, `because` of what happened to something in it; without that it expires.
    """
    with transaction.atomic():
        rows = AccountCopy.objects.select_for_update(no_key=True, of=("self",)).select_related("file")
        row = rows.filter(pk=copy.pk, state__in=[*AccountCopy.OPEN, State.READY]).first()
        if row is None:
            return False
        at = now()
        ended = {"state": State.EXPIRED, "finished_at": at, "withdrawn_at": at if because else None}
        AccountCopy.objects.filter(pk=row.pk).update(**_GONE, **ended)
        if row.file is not None:
            File.objects.filter(pk=row.file.pk).delete()
            transaction.on_commit(partial(discard, row.file.storage_key))
        if because:
            record("account_copy.withdrawn", row, actor=actor, changes={"reason": because.value})
        else:
            record("account_copy.expired", row, actor=actor)
    copy.refresh_from_db()
    return True


def fail_copy(copy_id: UUID) -> None:
    """Note that it will not be made: it was tried too often. One that is made in this moment stays."""
    with transaction.atomic():
        open_ones = AccountCopy.objects.filter(pk=copy_id, state__in=AccountCopy.OPEN)
        copy = open_ones.select_for_update(no_key=True).first()
        if copy is not None:
            AccountCopy.objects.filter(pk=copy.pk).update(state=State.FAILED, passphrase=b"", finished_at=now())
            record("account_copy.failed", copy, actor=SYSTEM)
