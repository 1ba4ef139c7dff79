"""The archive: a ZIP under AES-256 (WinZip's AE-2), written from front to back and never held whole.

A passphrase is made by us and cannot be guessed: the key is derived from it by only 1,000 rounds of PBKDF2, as the
format has it.
"""

import secrets
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from stream_zip import ZIP_32, ZIP_64, Method, stream_zip

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like another one or like a number
_GROUPS, _LENGTH = 6, 5  # 148 bits
_LARGE = 2**31  # bytes from which the larger form is used, which not every program reads


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive. `size` may be a guess; it says only whether the file is large."""

    path: str
    at: datetime
    size: int
    chunks: Iterable[bytes]


def new_passphrase() -> str:
    """Six groups of letters and figures, to be read out if need be."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def packed(members: Iterable[Member], passphrase: str, *, is_large: bool = False, level: int = 9) -> Iterator[bytes]:
    """The bytes of the archive. Members are read one after the other, when their turn comes.

    One that `is_large` may become larger than 4 GiB in all; `level` is that of deflate, 1 to 9.
    """

    def method(one: Member) -> Method:
        return ZIP_64 if is_large or one.size >= _LARGE else ZIP_32

    files = ((one.path, one.at, 0o600, method(one), one.chunks) for one in members)
    compressing = partial(zlib.compressobj, wbits=-zlib.MAX_WBITS, level=level)
    yield from stream_zip(files, password=passphrase, get_compressobj=compressing)
