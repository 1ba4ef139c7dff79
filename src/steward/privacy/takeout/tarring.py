"""Files as tar archives of bounded size: a file each in the archive would cost a key each, and a list in memory.

POSIX.1-2001 ("pax"), which every tar, 7-Zip and Windows since 2018 reads. Written from front to back.
"""

import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

MOST = 256 * 1024 * 1024  # bytes after which another archive is begun
_RECORD = tarfile.BLOCKSIZE


@dataclass(frozen=True, slots=True)
class Entry:
    """A file. When fewer or more bytes come than `size`, or they stop, `spoilt` is called and the rest is zeros."""

    name: str
    at: datetime
    size: int
    chunks: Iterable[bytes]
    spoilt: Callable[[], None]


def bundles(prefix: str, entries: Iterable[Entry], *, most: int = MOST) -> Iterator["Bundle"]:
    """The archives. One is to be read to its end before the next one is asked for."""
    coming = iter(entries)
    first = next(coming, None)
    number = 0
    while first is not None:
        number += 1
        bundle = Bundle(f"{prefix}-{number:06}.tar", first, coming, most)
        yield bundle
        first = bundle.beyond


class Bundle:
    """One tar archive, and how many files are in it so far."""

    def __init__(self, path: str, first: Entry, coming: Iterator[Entry], most: int) -> None:
        self.path, self.number = path, 0
        self.beyond: Entry | None = first  # what did not go in
        self._coming, self._most = coming, most

    def read(self) -> Iterator[bytes]:
        """Its bytes."""
        held = 0
        while self.beyond is not None and held < self._most:
            yield from _written(self.beyond)
            held += self.beyond.size
            self.number += 1
            self.beyond = next(self._coming, None)
        yield bytes(2 * _RECORD)


def _written(entry: Entry) -> Iterator[bytes]:
    header = tarfile.TarInfo(entry.name)
    header.size, header.mtime, header.mode = entry.size, int(entry.at.timestamp()), 0o600
    yield header.tobuf(tarfile.PAX_FORMAT)
    missing = entry.size
    for chunk in entry.chunks:
        if len(chunk) > missing:
            entry.spoilt()
        yield chunk[:missing]
        missing -= min(missing, len(chunk))
    if missing:
        entry.spoilt()
    while missing > 0:
        yield bytes(min(missing, 64 * 1024))
        missing -= min(missing, 64 * 1024)
    yield bytes(-entry.size % _RECORD)
