"""Keys held unwrapped in memory for a short while."""

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from steward.privacy.keys.errors import KeyMissing

# Which file it was: a key destroyed or rewrapped by another process is another file, or none.
_Identity = tuple[int, int, int]


class Unwrapped:
    """The keys used last, each for `seconds` at most and only as long as its file is the one it was read from.

    The monotonic clock on purpose: this is about how long a secret lies in memory, not about the time of day.
    """

    def __init__(self, *, capacity: int, seconds: float) -> None:
        self._capacity = capacity
        self._seconds = seconds
        self._entries: OrderedDict[Path, tuple[bytes, _Identity, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, path: Path, unwrap: Callable[[], bytes]) -> bytes:
        """The key of the file; raises `KeyMissing` when there is no file."""
        identity = _identity(path)
        with self._lock:
            entry = self._entries.get(path)
            if entry and entry[1] == identity and time.monotonic() < entry[2]:
                self._entries.move_to_end(path)
                return entry[0]
        key = unwrap()
        with self._lock:
            self._drop_expired()
            self._entries[path] = (key, identity, time.monotonic() + self._seconds)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
        return key

    def _drop_expired(self) -> None:
        moment = time.monotonic()
        for path in [path for path, (_, _, until) in self._entries.items() if until <= moment]:
            del self._entries[path]

    def forget(self, path: Path) -> None:
        """Drop the key of the file."""
        with self._lock:
            self._entries.pop(path, None)


def _identity(path: Path) -> _Identity:
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise KeyMissing(f"there is no key {path.stem}") from error
    return found.st_dev, found.st_ino, found.st_mtime_ns
