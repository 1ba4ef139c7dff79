"""Counters that several processes raise and any of them can read.

Each process maps a small file of its own and holds a lock on it; when it dies the kernel lets go, and the next process
goes on counting there. So the sums never fall, which is what Prometheus expects of a counter.
"""

import fcntl
import mmap
import struct
from pathlib import Path

CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
LAYOUT = struct.Struct("<5Q")


class RequestCounter:
    """Counts answers by status class in a file below `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 0
        while True:
            self._file = (folder / f"requests-{number}").open("a+b")  # open for the life of the process, as the lock is
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                self._file.close()
                number += 1
        if self._file.seek(0, 2) != LAYOUT.size:
            self._file.truncate(LAYOUT.size)
        self._map = mmap.mmap(self._file.fileno(), LAYOUT.size)
        self._counts = list(LAYOUT.unpack(self._map))

    def count(self, status: int) -> None:
        """Count one answer; called from the event loop only."""
        self._counts[min(max(status // 100, 1), 5) - 1] += 1
        LAYOUT.pack_into(self._map, 0, *self._counts)


def totals(folder: Path) -> dict[str, int]:
    """Answers by status class, all processes together."""
    sums = [0] * len(CLASSES)
    for path in folder.glob("requests-*"):
        content = path.read_bytes()
        if len(content) == LAYOUT.size:
            sums = [before + more for before, more in zip(sums, LAYOUT.unpack(content), strict=True)]
    return dict(zip(CLASSES, sums, strict=True))
