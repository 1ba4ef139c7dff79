"""Reading an archive back, with another program than the one that wrote it: every byte of it has to be there."""

import hashlib
from collections.abc import Callable, Iterable

from stream_unzip import UnzipError, stream_unzip

from steward.privacy.takeout.manifest import Manifest


class NotWhole(RuntimeError):
    """What was written cannot be read back as it was."""


def check_archive(
    chunks: Iterable[bytes], passphrase: str, manifest: Manifest, *, read: Callable[[int], None] = lambda _bytes: None
) -> None:
    """Open the archive and compare each part: its name, length and hash. `read` hears of bytes that were read.

    Raises `NotWhole`. What AE-2 itself protects (HMAC-SHA1 of each part) is checked on the way.
    """
    expected = {part.path: part for part in manifest.parts}
    try:
        for name, _size, content in stream_unzip(_told(chunks, read), password=passphrase.encode()):
            part = expected.pop(name.decode(), None)
            digest, size = hashlib.sha256(), 0
            for chunk in content:
                digest.update(chunk)
                size += len(chunk)
            if part is None or (part.bytes, part.sha256) != (size, digest.hexdigest()):
                raise NotWhole(name.decode())
    except UnzipError as error:
        raise NotWhole(type(error).__name__) from error
    if expected:
        raise NotWhole(", ".join(sorted(expected)))


def _told(chunks: Iterable[bytes], read: Callable[[int], None]) -> Iterable[bytes]:
    for chunk in chunks:
        read(len(chunk))
        yield chunk
