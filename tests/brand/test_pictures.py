"""Which pictures are taken, and what is left of them."""

import struct

import pytest

from steward.brand.pictures import LARGEST, PictureRefused, Problem, read_picture
from steward.testing.pictures import png


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(width, height, *more, tail=b""):
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    parts = [segment(0xE0, b"JFIF\0" + b"\0" * 9), *more, segment(0xC0, frame), segment(0xDA, b"\x01\x01\0\0\x3f\0")]
    return b"\xff\xd8" + b"".join(parts) + b"\x12\xff\x00\x34\xff\xd0\x56" + b"\xff\xd9" + tail


def webp(*chunks):
    body = b"".join(kind + struct.pack("<I", len(each)) + each + b"\0" * (len(each) % 2) for kind, each in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


LOSSLESS = b"\x2f" + struct.pack("<I", (99) | (49 << 14)) + b"rest"


@pytest.mark.parametrize(
    ("raw", "content_type", "size"),
    [
        (png(20, 10), "image/png", (20, 10)),
        (jpeg(30, 15), "image/jpeg", (30, 15)),
        (webp((b"VP8L", LOSSLESS)), "image/webp", (100, 50)),
        (webp((b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 64, 32) + b"data")), "image/webp", (64, 32)),
    ],
)
def test_what_is_taken(raw, content_type, size):
    picture = read_picture(raw)
    assert (picture.content_type, (picture.width, picture.height)) == (content_type, size)
    assert read_picture(picture.content).content == picture.content


def test_what_does_not_show_is_left_out():
    secret = b"taken in Riga"
    for raw in (
        png(8, 8, (b"tEXt", b"Comment\0" + secret), (b"eXIf", secret), tail=secret),
        jpeg(8, 8, segment(0xE1, b"Exif\0\0" + secret), segment(0xFE, secret), tail=secret),
        webp((b"VP8X", b"\x0c" + b"\0" * 9), (b"VP8L", LOSSLESS), (b"EXIF", secret), (b"XMP ", secret)) + secret,
    ):
        assert secret in raw
        assert secret not in read_picture(raw).content


def test_profiles_of_colour_stay():
    assert b"ICC_PROFILE" in read_picture(jpeg(8, 8, segment(0xE2, b"ICC_PROFILE\0\x01\x01x"))).content


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", Problem.VECTOR),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>", Problem.VECTOR),
        (b"GIF89a" + b"\0" * 40, Problem.UNKNOWN),
        (b"<html>hello", Problem.UNKNOWN),
        (b"", Problem.UNKNOWN),
        (png(2000, 10), Problem.TOO_WIDE),
        (jpeg(10, 1025), Problem.TOO_WIDE),
        (png(0, 10), Problem.BROKEN),
        (png(10, 10)[:-20], Problem.BROKEN),
        (png(10, 10).replace(b"\x80" * 0 + b"IDAT", b"IDAt"), Problem.BROKEN),
        (b"\x89PNG\r\n\x1a\n", Problem.BROKEN),
        (jpeg(10, 10)[:40], Problem.BROKEN),
        (b"\xff\xd8\xff", Problem.BROKEN),
        (webp((b"VP8X", b"\0" * 10)), Problem.BROKEN),
        (webp((b"ANIM", b"\0" * 6), (b"VP8L", LOSSLESS)), Problem.MOVING),
        (png(8, 8, (b"acTL", b"\0" * 8)), Problem.MOVING),
        (png(8, 8) + b"\0" * LARGEST, Problem.TOO_LARGE),
    ],
)
def test_what_is_refused(raw, problem):
    with pytest.raises(PictureRefused) as refusal:
        read_picture(raw)
    assert refusal.value.problem is problem


def test_no_cut_of_a_picture_is_a_fault_of_ours():
    for raw in (png(8, 8), jpeg(8, 8), webp((b"VP8X", b"\0" * 10), (b"VP8L", LOSSLESS))):
        for end in range(len(raw)):
            try:
                read_picture(raw[:end])
            except PictureRefused:
                continue
