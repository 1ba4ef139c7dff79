"""What a backup says of itself, readable without any key: when, where, how much. Nothing about anybody."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from steward.backups.errors import BackupFault
from steward.backups.places import LAST, Place
from steward.backups.remote import Remote
from steward.privacy.keys.cipher import hkdf
from steward.privacy.keys.durable import write_once
from steward.privacy.keys.store import backup_key

KEPT = timedelta(days=30)  # as erasure certificates and agreements promise
FORM = 1
FILE_NAME = LAST
PARTS = ("database", "files")
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Part:
    """An encrypted file of the backup as it lies there."""

    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. Moments are ISO 8601 in UTC; `ledger` is the last erasure that was written down before it."""

    name: str
    region: str  # codes of the directory; empty where nobody has said
    data_centre: str
    created_at: str
    expires_at: str
    key: str  # its name; the key itself is elsewhere
    rows: dict[str, int]  # of each table
    files: int
    parts: dict[str, Part]
    ledger: int
    ledger_digest: str
    steward: str  # versions
    postgres: str
    form: int = FORM
    mac: str = ""

    @property
    def expires(self) -> datetime:
        return datetime.fromisoformat(self.expires_at)

    def signed(self, key: bytes) -> "Manifest":
        """With what proves that whoever wrote it had the key of the backup."""
        return replace(self, mac=self._mac(key))

    def is_genuine(self, key: bytes) -> bool:
        """Whether it is as it was written."""
        return hmac.compare_digest(self.mac, self._mac(key))

    def _mac(self, key: bytes) -> str:
        signing = hkdf(key, b"steward backup", b"manifest")
        return hmac.new(signing, _canonical(replace(self, mac="")), hashlib.sha256).hexdigest()


def new_name(at: datetime) -> str:
    """A name that says when, and that nothing else has."""
    return f"{at.astimezone(UTC):{_STAMP}}-{token_hex(4)}"


def is_name(text: str) -> bool:
    """Whether a backup could be called this."""
    return bool(_NAME.fullmatch(text))


def made_at(name: str) -> datetime:
    """When the backup of this name was made, whatever its manifest says. Raises `BackupFault`."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise BackupFault(f"“{name}” is not the name of a backup.")
    return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)


def expires_at(name: str) -> datetime:
    """The moment from which the backup of this name must be gone."""
    return made_at(name) + KEPT


def write_manifest(folder: Place, manifest: Manifest) -> None:
    """Put it beside the parts, durably."""
    content = _canonical(manifest) + b"\n"
    if isinstance(folder, Remote):
        (folder / FILE_NAME).write_bytes(content)
    else:
        write_once(folder / FILE_NAME, content)


def read_manifest(folder: Place) -> Manifest:
    """What the backup in the folder says of itself. Raises `BackupFault`. Nothing is proven: see `trusted`."""
    try:
        read = json.loads((folder / FILE_NAME).read_bytes())
        parts = {name: Part(**part) for name, part in read.pop("parts").items()}
        manifest = Manifest(**read, parts=parts)
    except FileNotFoundError:
        raise BackupFault(f"There is no backup in {folder}: it has no {FILE_NAME}.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise BackupFault(f"The {FILE_NAME} in {folder} cannot be read.") from problem
    if manifest.form != FORM or manifest.name != folder.name or set(parts) != set(PARTS):
        raise BackupFault(f"The {FILE_NAME} in {folder} is of another backup, or of another version of Steward.")
    return manifest


def trusted(folder: Place) -> tuple[Manifest, bytes]:
    """The manifest, proven, and the key of the backup. Raises `BackupFault`, `KeyMissing` or `Tampered`."""
    manifest = read_manifest(folder)
    key = backup_key(manifest.name)
    if not manifest.is_genuine(key):
        raise BackupFault(f"The {FILE_NAME} in {folder} was changed after the backup was made.")
    return manifest, key


def backups_in(place: Place) -> Iterator[Place]:
    """The folders of the backups in a place, oldest first."""
    if isinstance(place, Remote):
        names = [name for name, objects in place.inside().items() if is_name(name) and FILE_NAME in objects]
        yield from (place / name for name in sorted(names))
    elif place.is_dir():
        yield from sorted(path for path in place.iterdir() if path.is_dir() and is_name(path.name))


def _canonical(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), sort_keys=True, separators=(",", ":")).encode()
