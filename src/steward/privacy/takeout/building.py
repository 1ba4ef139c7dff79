"""Making the archive: tables, mails and files of one moment, in one pass from front to back; then all of it is read.

What it takes does not grow with the account: rows are written as they come, files in tar archives of bounded size.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, BinaryIO
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.lib.clock import now
from steward.privacy.exports.packing import Member, packed
from steward.privacy.exports.spooling import Spool
from steward.privacy.takeout import files
from steward.privacy.takeout.checking import NotWhole, check_archive
from steward.privacy.takeout.contents import Table, all_tables
from steward.privacy.takeout.describing import FORMAT, VERSION, schema
from steward.privacy.takeout.manifest import Manifest, Miscounted, Part
from steward.privacy.takeout.snapshot import Snapshot, StoredFile, snapshot
from steward.privacy.takeout.tarring import Entry, bundles
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account

_LEVEL = 3  # of deflate: 67 MB/s, where the default of 9 has 36 for nine tenths of the size
Saying = Callable[[int, int], None]  # how many steps are done, and of how many


@dataclass
class Making:
    """One archive while it is made. `say` hears how far it is, and may raise to end it."""

    account: Account
    passphrase: str
    say: Saying
    made_at: datetime = field(default_factory=now)
    manifest: Manifest = field(default_factory=Manifest)
    done: int = 0
    steps: int = 0

    def archive(self) -> Iterator[bytes]:
        """Its bytes. Raises `Miscounted` when a table has more or fewer lines than rows."""
        return packed(self._members(), self.passphrase, is_large=True, level=_LEVEL)

    def check(self, chunks: Iterator[bytes], size: int, sha256: str) -> None:
        """Read what was written, all of it; raises `NotWhole`. `size` are its bytes, `sha256` theirs (hexadecimal)."""
        begun, length, digest = self.done, max(1, size), hashlib.sha256()

        def read(number: int, total: list[int] = [0]) -> None:  # noqa: B006  counted over the calls
            total[0] += number
            self.say(begun + (self.steps - begun) * total[0] // length, self.steps)

        def hashed() -> Iterator[bytes]:
            for chunk in chunks:
                digest.update(chunk)
                yield chunk

        check_archive(hashed(), self.passphrase, self.manifest, read=read)
        if digest.hexdigest() != sha256:  # heads of parts and the directory at the end, which no part's hash is about
            raise NotWhole("the archive")

    def _members(self) -> Iterator[Member]:
        yield self._member(Part("README.txt"), [self._readme()])
        yield self._member(Part("schema.json"), [_json(schema())])
        spool = Spool(self.account.pk)
        with snapshot(self.account.pk) as moment:
            counts = {table.name: moment.count(table) for table in all_tables()}
            number, _bytes = moment.count_files()
            # Reading it back is half as much work again.
            self.steps = 3 * (sum(counts.values()) + number) // 2 + 1
            for table in all_tables():
                yield self._table(moment, table, counts[table.name])
            for prefix, read in (("mails/received", files.received), ("mails/sent", files.sent)):
                yield from self._bundled(prefix, read(moment, self.account.pk, self.manifest))
            for one in moment.files():
                spool.write(_line(one))
        yield from self._bundled("files/files", self._files(spool, number))
        told = _json(self._told(counts))
        yield self._member(Part("manifest.json"), [told])

    def _table(self, moment: Snapshot, table: Table, expected: int) -> Member:
        part = Part(table.path)

        def lines() -> Iterator[bytes]:
            for block, number in moment.rows(table):
                part.holds += number
                self._step(number)
                yield block
            if part.holds != expected:
                raise Miscounted(f"{table.name}: {part.holds} lines of {expected} rows")

        return self._member(part, lines())

    def _bundled(self, prefix: str, entries: Iterator[Entry]) -> Iterator[Member]:
        for bundle in bundles(prefix, entries):
            part = Part(bundle.path)

            def content(bundle: Any = bundle, part: Part = part) -> Iterator[bytes]:
                for chunk in bundle.read():
                    self._step(0)
                    yield chunk
                part.holds = bundle.number

            yield self._member(part, content())

    def _files(self, spool: Spool, expected: int) -> Iterator[Entry]:
        """After the moment: bytes of files never change, and one that was deleted since is named."""
        number = 0

        def listed() -> Iterator[StoredFile]:
            nonlocal number
            for line in _lines(spool):
                number += 1
                self._step(1)
                yield _stored(line)

        yield from files.stored(listed(), self.account.pk, self.manifest)
        if number != expected:
            raise Miscounted(f"{number} files of {expected}")

    def _member(self, part: Part, chunks: Any) -> Member:
        return Member(part.path, self.made_at, 0, self.manifest.counted(part, chunks))

    def _step(self, number: int) -> None:
        self.done += number
        self.say(self.done, self.steps)

    def _told(self, counts: dict[str, int]) -> dict[str, Any]:
        account = self.account
        return {
            "format": FORMAT,
            "version": VERSION,
            "exported_at": self.made_at.isoformat(),
            "account": {
                "id": str(account.pk),
                "slug": account.slug,
                "name": account.name,
                "data_centre": account.data_centre_id,
                "region": account.data_centre.region_id,
            },
            "rows_in_the_database": counts,
            **self.manifest.told,
        }

    def _readme(self) -> bytes:
        with override(spoken(self.account.language)):
            words = _(
                "Everything that the account %(name)s held at %(time)s (UTC).\n\n"
                "manifest.json says what is in here: each file, how much it holds, and its SHA-256.\n"
                "schema.json says what each field means, and what was left out and why.\n"
                "tables/ has one file for each kind of record, with one JSON object on each line.\n"
                "files/ has all files and mails/ all mails as they came and went, in tar archives.\n\n"
                "Passwords, keys and second factors are in none of these.\n"
            )
            return (words % {"name": self.account.name, "time": f"{self.made_at:%Y-%m-%d %H:%M:%S}"}).encode()


def write_archive(making: Making, out: BinaryIO) -> tuple[int, str]:
    """Write it to an open file that can be read, too, and read it back; its bytes and their SHA-256 (hexadecimal).

    Raises `NotWhole`.
    """
    size, digest = 0, hashlib.sha256()
    for chunk in making.archive():
        size += out.write(chunk)
        digest.update(chunk)
    out.flush()
    out.seek(0)
    making.check(iter(partial(out.read, 64 * 1024), b""), size, digest.hexdigest())
    return size, digest.hexdigest()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _line(file: StoredFile) -> bytes:
    told = [str(file.id), file.storage_key, file.size, file.created_at.isoformat(), file.name]
    return json.dumps(told).encode() + b"\n"


def _stored(line: bytes) -> StoredFile:
    number, key, size, at, name = json.loads(line)
    return StoredFile(UUID(number), key, size, datetime.fromisoformat(at), name)


def _lines(spool: Spool) -> Iterator[bytes]:
    held = b""
    for chunk in chain(spool.read(), (b"\n",)):
        *whole, held = (held + chunk).split(b"\n")
        yield from (line for line in whole if line)
