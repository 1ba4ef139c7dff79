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

from stream_zip import ZIP_32, ZIP_64, MemberFile, stream_zip

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like another one or like a number
_GROUPS, _LENGTH = 6, 5  # 148 bits
# From so many bytes or files on the larger form is used, which not every program reads. The other one ends at 2^32
# bytes and 2^16 files; sizes are guesses, and what is held to be sent is not counted yet.
_LARGE, _MANY = 2**31, 50_000


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

    The larger form is used from where the archive may outgrow the other one, so that most are read by every program, or
    from the beginning: `is_large`, where sizes are not known. `level` is that of deflate, 1 to 9.
    """
    compressing = partial(zlib.compressobj, wbits=-zlib.MAX_WBITS, level=level)
    written = 0

    def sized() -> Iterator[MemberFile]:
        for number, one in enumerate(members, start=1):
            has_room = written + one.size < _LARGE and number <= _MANY
            yield one.path, one.at, 0o600, ZIP_32 if has_room and not is_large else ZIP_64, one.chunks

    for chunk in stream_zip(sized(), password=passphrase, get_compressobj=compressing):
        written += len(chunk)
        yield chunk
