"""Reading a picture somebody uploads: which kind it is by its bytes, its size, and only the parts that show it. Pure.

What else is in such a file (where and with what a photograph was taken, comments, anything behind its end) is left out.
PNG: ISO/IEC 15948. JPEG: ITU-T T.81, annex B. WebP: RFC 9649.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LARGEST = 512 * 1024  # bytes
WIDEST = 1024  # pixels, either way

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"IDAT", b"IEND"}
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_DROPPED = (frozenset(range(0xE1, 0xF0)) - {0xE2, 0xEE}) | {0xFE}  # Exif, XMP, comments; ICC and Adobe stay
_WEBP_KEPT = {b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"}
_WEBP_FLAGS = 0x30  # of VP8X: profile and alpha; neither metadata nor animation


class Problem(StrEnum):
    """Why a picture is not taken."""

    TOO_LARGE = "too_large"
    TOO_WIDE = "too_wide"
    VECTOR = "vector"  # SVG can carry script and load from elsewhere
    UNKNOWN = "unknown"
    BROKEN = "broken"
    MOVING = "moving"


class PictureRefused(ValueError):
    """The picture is not taken; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be shown to anybody."""

    content: bytes
    content_type: str
    width: int
    height: int


def read_picture(raw: bytes) -> Picture:
    """The picture without what does not show. Raises `PictureRefused`."""
    if len(raw) > LARGEST:
        raise PictureRefused(Problem.TOO_LARGE)
    try:
        picture = _read(raw)
    except (struct.error, IndexError, zlib.error) as error:
        raise PictureRefused(Problem.BROKEN) from error
    if not (picture.width and picture.height):
        raise PictureRefused(Problem.BROKEN)
    if max(picture.width, picture.height) > WIDEST:
        raise PictureRefused(Problem.TOO_WIDE)
    return picture


def _read(raw: bytes) -> Picture:
    if raw.startswith(_PNG):
        return _png(raw)
    if raw.startswith(b"\xff\xd8\xff"):
        return _jpeg(raw)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return _webp(raw)
    start = raw[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_vector = start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<!--")) or raw[:2] == b"\x1f\x8b"
    raise PictureRefused(Problem.VECTOR if is_vector else Problem.UNKNOWN)


def _png(raw: bytes) -> Picture:
    chunks = list(_png_chunks(raw))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds or len(chunks[0][1]) != 13:
        raise PictureRefused(Problem.BROKEN)
    if b"acTL" in kinds:
        raise PictureRefused(Problem.MOVING)
    width, height = struct.unpack(">II", chunks[0][1][:8])
    kept = b"".join(_png_chunk(kind, body) for kind, body in chunks if kind in _PNG_KEPT)
    return Picture(_PNG + kept, "image/png", width, height)


def _png_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Up to the end, each checked against its sum."""
    at = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", raw, at)
        body = raw[at + 8 : at + 8 + length]
        (found,) = struct.unpack_from(">I", raw, at + 8 + length)
        if found != zlib.crc32(kind + body):
            raise PictureRefused(Problem.BROKEN)
        yield kind, body
        at += 12 + length
        if kind == b"IEND":
            return


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _jpeg(raw: bytes) -> Picture:
    kept, size = [b"\xff\xd8"], (0, 0)
    for marker, segment in _jpeg_segments(raw):
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            size = (width, height)
        if marker not in _JPEG_DROPPED:
            kept.append(segment)
    return Picture(b"".join(kept), "image/jpeg", *size)


def _jpeg_segments(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Every segment with its marker; that of a scan goes on to the next marker that is not part of it."""
    at = 2
    while True:
        if raw[at] != 0xFF:
            raise PictureRefused(Problem.BROKEN)
        marker = raw[at + 1]
        if marker == 0xFF:  # fill bytes
            at += 1
            continue
        if marker == 0xD9:
            yield marker, raw[at : at + 2]
            return
        end = at + 2 if marker in _JPEG_ALONE else at + 2 + struct.unpack_from(">H", raw, at + 2)[0]
        if marker == 0xDA:
            end = _end_of_scan(raw, end)
        yield marker, raw[at:end]
        at = end


def _end_of_scan(raw: bytes, at: int) -> int:
    while True:
        at = raw.find(b"\xff", at)
        if at < 0:
            raise PictureRefused(Problem.BROKEN)
        if raw[at + 1] != 0x00 and not 0xD0 <= raw[at + 1] <= 0xD7:
            return at
        at += 2


def _webp(raw: bytes) -> Picture:
    chunks = list(_webp_chunks(raw))
    kinds = [kind for kind, _ in chunks]
    if b"ANIM" in kinds or b"ANMF" in kinds:
        raise PictureRefused(Problem.MOVING)
    size = next((size for size in (_webp_size(kind, body) for kind, body in chunks) if size), (0, 0))
    kept = b"".join(_webp_chunk(kind, body) for kind, body in chunks if kind in _WEBP_KEPT)
    return Picture(b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept, "image/webp", *size)


def _webp_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    (length,) = struct.unpack_from("<I", raw, 4)
    at, end = 12, min(len(raw), length + 8)
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", raw, at)
        if at + 8 + size > end:
            raise PictureRefused(Problem.BROKEN)
        yield kind, raw[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    if kind == b"VP8X":
        body = bytes([body[0] & _WEBP_FLAGS]) + body[1:]
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int] | None:
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
