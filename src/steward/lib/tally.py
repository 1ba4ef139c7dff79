"""Numbers that each process keeps in a small file of its own, where any other can read them.

A process holds a lock on its file as long as it lives; the next one of its kind goes on in a file that nobody holds.
So what is counted never falls, which is what Prometheus expects of a counter, and who is alive can be seen.
"""

import fcntl
import mmap
import re
import struct
import threading
from collections import Counter
from pathlib import Path
from typing import Literal

Counted = Literal["mails_in", "mails_out"]
_COUNTED: tuple[Counted, ...] = ("mails_in", "mails_out")
_LAYOUT = struct.Struct("<3Q")  # streams open now, then what is counted
_NAME = re.compile(r"process-([a-z]+)-\d+")
_lock = threading.Lock()
_mine: "_Tally | None" = None


class _Tally:
    """The file of this process."""

    def __init__(self, folder: Path, kind: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 0
        while not self._takes(folder / f"process-{kind}-{number}"):
            number += 1
        if self._file.seek(0, 2) != _LAYOUT.size:
            self._file.truncate(_LAYOUT.size)
        self._map = mmap.mmap(self._file.fileno(), _LAYOUT.size)
        self.numbers = list(_LAYOUT.unpack(self._map))
        self.put(0, 0)

    def _takes(self, path: Path) -> bool:
        self._file = path.open("a+b")  # open for the life of the process, as the lock is
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            return False
        return True

    def put(self, place: int, number: int) -> None:
        self.numbers[place] = number
        _LAYOUT.pack_into(self._map, 0, *self.numbers)


def begin(folder: Path, kind: str) -> None:
    """Keep numbers for this process from now on; `kind` is `web`, `live`, `worker` or `mail`."""
    global _mine
    with _lock:
        if _mine is None:
            _mine = _Tally(folder, kind)


def count(what: Counted, number: int = 1) -> None:
    """Count so many more; nothing in a process that keeps no numbers."""
    with _lock:
        if _mine is not None:
            place = 1 + _COUNTED.index(what)
            _mine.put(place, _mine.numbers[place] + number)


def tell_streams(number: int) -> None:
    """How many streams are open in this process."""
    with _lock:
        if _mine is not None:
            _mine.put(0, number)


def totals(folder: Path) -> dict[Counted, int]:
    """What all processes, of now and before, have counted."""
    sums = dict.fromkeys(_COUNTED, 0)
    for path in folder.glob("process-*"):
        for name, number in zip(_COUNTED, _read(path)[1:], strict=True):
            sums[name] += number
    return sums


def open_streams(folder: Path) -> int:
    """Streams that are open in all processes that live."""
    return sum(_read(path)[0] for path in folder.glob("process-*") if _is_held(path))


def living(folder: Path) -> dict[str, int]:
    """How many processes of each kind live on this machine."""
    kinds = ((_NAME.fullmatch(path.name), path) for path in folder.glob("process-*"))
    return dict(sorted(Counter(kind[1] for kind, path in kinds if kind and _is_held(path)).items()))


def _read(path: Path) -> tuple[int, ...]:
    content = path.read_bytes()
    return _LAYOUT.unpack(content) if len(content) == _LAYOUT.size else (0,) * (1 + len(_COUNTED))


def _is_held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
