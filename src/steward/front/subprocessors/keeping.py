"""Pages made once and kept by this process: who asks for the same reads the same bytes.

What is kept is found by all it was made of (the newest version, the question, the account's terms), so nothing is ever
thrown away because it has become wrong, save what an announced change makes wrong on its day.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any

from steward.lib.clock import now

MOST = 200  # answers; a page is about 100 KB


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer. `mark` is its strong ETag, without quotes."""

    body: bytes
    content_type: str
    mark: str
    changed_at: datetime | None = None
    good_until: datetime | None = None
    status: int = 200


_kept: OrderedDict[Any, Answer] = OrderedDict()
_lock = Lock()


def made(
    text: str, content_type: str, *, changed_at: datetime | None, good_until: datetime | None, status: int = 200
) -> Answer:
    """A finished answer of a text."""
    body = text.encode()
    return Answer(body, content_type, sha256(body).hexdigest()[:32], changed_at, good_until, status)


def kept(key: Any, make: Callable[[], Answer]) -> Answer:
    """The answer that was made of the same; else it is made now."""
    with _lock:
        found = _kept.get(key)
        if found is not None and (found.good_until is None or now() < found.good_until):
            _kept.move_to_end(key)
            return found
    answer = make()
    with _lock:
        _kept[key] = answer
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return answer


def forget() -> None:
    """Make everything anew."""
    with _lock:
        _kept.clear()
