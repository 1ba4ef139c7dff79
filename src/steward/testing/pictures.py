"""Small pictures made on the spot."""

import struct
import zlib


def png(width: int, height: int, *more: tuple[bytes, bytes], tail: bytes = b"") -> bytes:
    """A grey PNG; `more` are chunks before the picture, `tail` stands behind its end."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        *more,
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks) + tail


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
