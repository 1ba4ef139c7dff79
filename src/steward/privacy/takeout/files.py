"""The bytes of an account's files and mails, decrypted, as entries of tar archives."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from uuid import UUID

from steward.channels.email import spool
from steward.channels.email.models import RawMail
from steward.files.actions import read_file
from steward.files.models import File
from steward.lib.filenames import safe_name
from steward.outbox.models import OutgoingMail
from steward.privacy.keys.cipher import decrypt
from steward.privacy.keys.errors import Tampered
from steward.privacy.takeout.manifest import Manifest
from steward.privacy.takeout.snapshot import Snapshot, StoredFile
from steward.privacy.takeout.tarring import Entry
from steward.tenancy.scope import upkeep_scope

_GONE = "deleted after the moment of the copy"
_MISSING, _CHANGED = "its bytes are not there", "its bytes are not those that were stored"


def received(moment: Snapshot, account_id: UUID, manifest: Manifest) -> Iterator[Entry]:
    """Every mail as it came in."""
    for row, content, at in moment.mails(RawMail._meta.db_table, "received_at"):
        mail = RawMail(id=row, account_id=account_id, content=content)
        yield from _mail("email.RawMail", row, at, partial(spool.read, mail), manifest)


def sent(moment: Snapshot, account_id: UUID, manifest: Manifest) -> Iterator[Entry]:
    """Every mail as it went out."""
    for row, content, at in moment.mails(OutgoingMail._meta.db_table, "created_at"):
        mail = OutgoingMail(id=row, account_id=account_id, content=content)
        opened = partial(decrypt, account_id, content, context=mail.content_context)
        yield from _mail("outbox.OutgoingMail", row, at, opened, manifest)


def _mail(label: str, row: UUID, at: datetime, opened: Callable[[], bytes], manifest: Manifest) -> Iterator[Entry]:
    """One, or none when it cannot be read."""
    try:
        content = opened()
    except Tampered:
        manifest.note_spoilt(label, row, _CHANGED)
        return
    yield Entry(f"{row}.eml", at, len(content), (content,), partial(manifest.note_spoilt, label, row, _CHANGED))


def stored(files: Iterable[StoredFile], account_id: UUID, manifest: Manifest) -> Iterator[Entry]:
    """Every file, as long as it is there: what was deleted after the moment, or cannot be read, is named."""
    for file in files:
        chunks = read_file(File(account_id=account_id, storage_key=file.storage_key))
        try:
            first = next(chunks, b"")
        except (FileNotFoundError, Tampered):
            manifest.note_spoilt("files.File", file.id, _why(account_id, file.id))
            continue
        spoilt = partial(manifest.note_spoilt, "files.File", file.id, _CHANGED)
        name = f"{file.id}-{safe_name(file.name)}" if file.name else str(file.id)
        yield Entry(name, file.created_at, file.size, _until_spoilt(chain((first,), chunks)), spoilt)


def _until_spoilt(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Frames up to the first that was changed: fewer bytes than announced are noted by whoever writes them."""
    try:
        yield from chunks
    except Tampered:
        return


def _why(account_id: UUID, file_id: UUID) -> str:
    with upkeep_scope(account_id):
        return _MISSING if File.objects.filter(pk=file_id).exists() else _GONE
