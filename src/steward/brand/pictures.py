"""Reading a picture somebody uploads, and drawing it anew: what is kept are its pixels, in bytes that we wrote. Pure.

Whatever else was in the file (where and with what a photograph was taken, comments, anything behind its end, what a
decoder of somebody else might stumble over) is left behind. PNG: ISO/IEC 15948. JPEG: ITU-T T.81. WebP: RFC 9649.
"""

import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

LARGEST = 512 * 1024  # bytes
WIDEST = 1024  # pixels, either way: what is unpacked takes 4 MiB at most

_STARTS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP"}
# What the library says of damaged pictures, beside its own errors, which are `OSError`s.
_BROKEN = (OSError, SyntaxError, ValueError, IndexError, OverflowError, EOFError, struct.error, zlib.error)
_QUALITY = 90


class Problem(StrEnum):
    """Why a picture is not taken."""

    TOO_LARGE = "too_large"
    TOO_WIDE = "too_wide"
    VECTOR = "vector"  # SVG can carry script and load from elsewhere
    UNKNOWN = "unknown"
    BROKEN = "broken"


class PictureRefused(ValueError):
    """The picture is not taken; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be shown to anybody: PNG or JPEG, as every mail program knows them."""

    content: bytes
    content_type: str
    width: int
    height: int


def read_picture(raw: bytes) -> Picture:
    """The picture, drawn anew; of one that moves its first moment. Raises `PictureRefused`."""
    if len(raw) > LARGEST:
        raise PictureRefused(Problem.TOO_LARGE)
    kind = _kind(raw)
    try:
        with Image.open(BytesIO(raw), formats=[kind]) as image:
            if max(image.size) > WIDEST:  # before anything is unpacked
                raise PictureRefused(Problem.TOO_WIDE)
            return _drawn(image, kind)
    except PictureRefused:
        raise
    except Image.DecompressionBombError as error:
        raise PictureRefused(Problem.TOO_WIDE) from error
    except _BROKEN as error:
        raise PictureRefused(Problem.BROKEN) from error


def _kind(raw: bytes) -> str:
    """By the bytes, whatever the name says."""
    for start, kind in _STARTS.items():
        if raw.startswith(start) and (kind != "WEBP" or raw[8:12] == b"WEBP"):
            return kind
    start = raw[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_vector = start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<!--")) or raw[:2] == b"\x1f\x8b"
    raise PictureRefused(Problem.VECTOR if is_vector else Problem.UNKNOWN)


def _drawn(image: Image.Image, kind: str) -> Picture:
    """A photograph stays JPEG. All else becomes PNG, unless that is too large and nothing shines through."""
    image.load()  # the first frame, all of it: a file that is cut off is damaged
    pixels = _plain(image)
    is_clear = pixels.mode in {"LA", "RGBA"}
    content = _jpeg(pixels) if kind == "JPEG" else _png(pixels)
    if len(content) > LARGEST and kind != "JPEG" and not is_clear:
        content = _jpeg(pixels)
    if len(content) > LARGEST:
        raise PictureRefused(Problem.TOO_LARGE)
    content_type = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Picture(content, content_type, *pixels.size)


def _plain(image: Image.Image) -> Image.Image:
    """Upright pixels in sRGB, eight bits deep, and nothing beside them."""
    upright = _upright(image)
    profile = image.info.get("icc_profile")
    is_clear = upright.has_transparency_data
    if upright.mode.startswith(("I", "F")):
        upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    mode = "RGBA" if is_clear else "L" if upright.mode in {"1", "L"} else "RGB"
    converted = _in_srgb(upright, profile, mode) if profile and mode != "L" else upright.convert(mode)
    # A picture of its own, so that nothing of the file comes along.
    bare = Image.new(mode, converted.size)
    bare.paste(converted)
    return bare


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera says; as it is where that is damaged."""
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """The colours as the profile means them; as they stand where the profile is none."""
    source = image if image.mode in {"RGB", "RGBA", "CMYK"} else image.convert(mode)
    try:
        given, ours = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(source, given, ours, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return converted or image.convert(mode)


def _png(pixels: Image.Image) -> bytes:
    out = BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return out.getvalue()


def _jpeg(pixels: Image.Image) -> bytes:
    out = BytesIO()
    pixels.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
