"""Lists of passwords that became known, kept as hashes: a file that is searched where it lies.

A file is a first line that names the form, then the first six bytes of the SHA-256 of each password (in small
letters, UTF-8), sorted, each once. Nothing can be read from it, a look is twenty steps, and building it again from the
same source gives the same bytes. By chance one password in 2**48 / entries is taken for one of the list.
"""

import hashlib
import mmap
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path

OUR_LIST = Path(__file__).parent / "known-passwords.bin"  # where it comes from: known-passwords.txt
FIRST_LINE = b"steward known passwords 1\n"
_WIDTH = 6  # bytes of a hash


class NotAList(ValueError):
    """The file is not one that `build_list` wrote."""


class KnownPasswords:
    """The passwords of one file. Raises `OSError` or `NotAList`."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            first = file.read(len(FIRST_LINE))
            length = path.stat().st_size - len(FIRST_LINE)
            if first != FIRST_LINE or length <= 0 or length % _WIDTH:
                raise NotAList(str(path))
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._length = length // _WIDTH

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, position: int) -> bytes:
        start = len(FIRST_LINE) + position * _WIDTH
        return self._bytes[start : start + _WIDTH]

    def __contains__(self, password: str) -> bool:
        asked = _hashed(password)
        position = bisect_left(self, asked, 0, self._length)
        return position < self._length and self[position] == asked


def build_list(passwords: Iterable[str], *, shortest: int) -> bytes:
    """The file for these passwords; those with fewer than `shortest` characters are refused anyway and left out."""
    hashes = {_hashed(password) for each in passwords if len(password := each.strip("\r\n")) >= shortest}
    return FIRST_LINE + b"".join(sorted(hashes))


@cache
def known_passwords(path: Path) -> KnownPasswords:
    """The list in a file, opened once in each process."""
    return KnownPasswords(path)


def _hashed(password: str) -> bytes:
    return hashlib.sha256(password.casefold().encode("utf-8", "surrogatepass")).digest()[:_WIDTH]
