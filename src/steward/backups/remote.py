"""A place in a bucket, with as much of a path as backups need."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from steward.backups.errors import BackupFault
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.purposes import PURPOSES
from steward.privacy.egress.s3.buckets import Bucket
from steward.privacy.egress.s3.client import PURPOSE, Client, Sender
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.egress.s3.streams import Upload, reading

PART = 32 << 20  # bytes: ten thousand of them are 320 GB
AT_ONCE = 2  # parts that are sent while the next is made: 96 MB in memory at most
# A backup is everybody's, so it stands in the installation's ledger.
_EVERYBODYS = Sender(None, tuple(sorted(PURPOSES[PURPOSE].categories)))


@dataclass(frozen=True, slots=True, order=True)
class Remote:
    """Everything whose key begins with `parts`, or the object of that key."""

    parts: tuple[str, ...]
    bucket: Bucket

    @property
    def name(self) -> str:
        """The last part."""
        return self.parts[-1]

    @property
    def parent(self) -> "Remote":
        """Where it lies."""
        return Remote(self.parts[:-1], self.bucket)

    def __truediv__(self, name: str) -> "Remote":
        return Remote((*self.parts, name), self.bucket)

    def __str__(self) -> str:
        return "/".join([str(self.bucket), *self.parts])

    def is_dir(self) -> bool:
        """A bucket has no folders that could be missing."""
        return True

    def is_file(self) -> bool:
        """Whether there is an object of this key. Raises `BackupFault`."""
        with self._asked() as client:
            return client.head(self._key) is not None

    def read_bytes(self) -> bytes:
        """A small object. Raises FileNotFoundError or `BackupFault`."""
        with self._asked() as client:
            return client.get(self._key)

    def write_bytes(self, content: bytes) -> None:
        """Keep a small object. Raises `BackupFault`."""
        with self._asked() as client:
            client.put(self._key, content)

    @contextmanager
    def open(self, mode: str = "rb", buffering: int = -1) -> Iterator[BinaryIO]:
        """An object that is read in pieces. Raises FileNotFoundError or `BackupFault`."""
        with self._asked() as client:
            yield reading(client, self._key)

    @contextmanager
    def written(self) -> Iterator[Upload]:
        """An object of any length that is there when the block ends well. Raises `BackupFault`."""
        with self._asked() as client, Upload(client, self._key, PART, at_once=AT_ONCE) as upload:
            yield upload

    def inside(self) -> dict[str, set[str]]:
        """The names of what lies here, each with those of the objects in it. Raises `BackupFault`."""
        found: dict[str, set[str]] = {}
        with self._asked() as client:
            for kept in client.objects(self._beginning):
                name, _, rest = kept.key.removeprefix(self._beginning).partition("/")
                found.setdefault(name, set()).add(rest)
        return found

    def begun(self) -> dict[str, datetime]:
        """The names of what lies here of which a part was begun and never finished, and when."""
        with self._asked() as client:
            mine = [one for one in client.unfinished(self._beginning) if one.key.startswith(self._beginning)]
        return {one.key.removeprefix(self._beginning).partition("/")[0]: one.at for one in mine}

    def remove(self, last: str) -> None:
        """Let everything here go, the object called `last` at the end: what was interrupted is still seen."""
        with self._asked() as client:
            for one in client.unfinished(self._beginning):
                client.abort(one.key, one.upload)
            keys = [kept.key for kept in client.objects(self._beginning)]
            for key in sorted(keys, key=lambda key: key.endswith(f"/{last}")):
                client.delete(key)

    @property
    def _key(self) -> str:
        return "/".join(self.parts)

    @property
    def _beginning(self) -> str:
        return "".join(f"{part}/" for part in self.parts)

    @contextmanager
    def _asked(self) -> Iterator[Client]:
        """Raises `BackupFault` for whatever goes wrong meanwhile."""
        try:
            with Client(self.bucket, _EVERYBODYS) as client:
                yield client
        except StoreFault as fault:
            raise BackupFault(f"The store does not do what it is asked to. {fault}.") from fault
        except EgressDenied as denied:
            raise BackupFault(f"{self.bucket} may not be reached: {denied.reason.value}.") from denied
