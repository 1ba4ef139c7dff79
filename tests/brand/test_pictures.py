"""Which pictures are taken, and what is left of them: pixels in bytes of our own."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from steward.brand import pictures
from steward.brand.pictures import LARGEST, PictureRefused, Problem, read_picture
from steward.testing.pictures import png

SECRET = b"taken in Riga"
RED, CLEAR = (200, 30, 40), (0, 0, 0, 0)


def encoded(kind, mode="RGB", size=(30, 15), colour=RED, **options):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def opened(picture):
    return Image.open(BytesIO(picture.content))


def noise(size):
    return Image.effect_noise(size, 200)


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (png(30, 15), "image/png"),
        (encoded("PNG"), "image/png"),
        (encoded("PNG", "P", colour=3), "image/png"),
        (encoded("PNG", "1", colour=1), "image/png"),
        (encoded("PNG", "RGBA", colour=(*RED, 90)), "image/png"),
        (encoded("PNG", "I;16", colour=40_000), "image/png"),
        (encoded("JPEG"), "image/jpeg"),
        (encoded("JPEG", "L", colour=90), "image/jpeg"),
        (encoded("JPEG", "CMYK", colour=(0, 200, 200, 0)), "image/jpeg"),
        (encoded("WEBP"), "image/png"),
        (encoded("WEBP", lossless=True), "image/png"),
        (encoded("WEBP", "RGBA", colour=CLEAR), "image/png"),
    ],
)
def test_what_is_taken(raw, content_type):
    picture = read_picture(raw)
    assert (picture.content_type, picture.width, picture.height) == (content_type, 30, 15)
    assert opened(picture).size == (30, 15)
    assert picture.content != raw
    assert read_picture(picture.content).content_type == content_type


def test_the_pixels_are_those_of_the_picture():
    assert opened(read_picture(encoded("PNG"))).getpixel((3, 3)) == RED
    assert opened(read_picture(encoded("PNG", "RGBA", colour=(*RED, 90)))).getpixel((3, 3)) == (*RED, 90)
    assert opened(read_picture(encoded("PNG", "I;16", colour=40_000))).getpixel((3, 3)) == 40_000 // 256
    assert all(
        abs(found - wanted) < 6
        for found, wanted in zip(opened(read_picture(encoded("JPEG"))).getpixel((3, 3)), RED, strict=True)
    )


def test_a_palette_with_a_hole_keeps_the_hole():
    image = Image.new("P", (8, 8), 0)
    image.putpalette([*RED, 0, 0, 0])
    out = BytesIO()
    image.save(out, "PNG", transparency=0)
    assert opened(read_picture(out.getvalue())).getpixel((0, 0))[3] == 0


def test_what_does_not_show_is_left_out():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    jpeg = encoded("JPEG", exif=exif, comment=SECRET)
    for raw in (
        png(8, 8, (b"tEXt", b"Comment\0" + SECRET), (b"eXIf", SECRET), tail=SECRET),
        jpeg + SECRET,
        encoded("WEBP", exif=exif) + SECRET,
    ):
        assert SECRET in raw
        picture = read_picture(raw)
        assert SECRET not in picture.content
        assert not opened(picture).getexif()
        assert set(opened(picture).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photograph_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    picture = read_picture(encoded("JPEG", exif=exif))
    assert (picture.width, picture.height) == (15, 30)


def test_colours_are_as_the_profile_means_them_and_the_profile_goes():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for raw in (encoded("PNG", icc_profile=profile), encoded("PNG", icc_profile=b"no profile" * 20)):
        picture = opened(read_picture(raw))
        assert picture.getpixel((3, 3)) == RED
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_one_that_moves_the_first_moment_is_kept(kind):
    first, second = (Image.new("RGB", (8, 8), colour) for colour in (RED, (0, 0, 255)))
    out = BytesIO()
    first.save(out, kind, save_all=True, append_images=[second], lossless=True)
    assert Image.open(BytesIO(out.getvalue())).n_frames == 2
    picture = opened(read_picture(out.getvalue()))
    assert getattr(picture, "n_frames", 1) == 1
    assert picture.convert("RGB").getpixel((3, 3)) == RED


def test_what_png_would_make_too_large_becomes_jpeg(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST", 40_000)
    out = BytesIO()
    noise((200, 200)).convert("RGB").save(out, "WEBP", quality=30)
    assert read_picture(out.getvalue()).content_type == "image/jpeg"


def test_what_stays_too_large_is_refused(monkeypatch):
    out = BytesIO()
    noise((200, 200)).convert("RGBA").save(out, "WEBP", quality=10)
    monkeypatch.setattr(pictures, "LARGEST", len(out.getvalue()))
    image = Image.open(BytesIO(out.getvalue())).convert("RGBA")
    image.putalpha(90)
    clear = BytesIO()
    image.save(clear, "WEBP", quality=5)
    with pytest.raises(PictureRefused) as refusal:
        read_picture(clear.getvalue())
    assert refusal.value.problem is Problem.TOO_LARGE


def bomb(width, height):
    """A PNG that says it is huge, and whose pixels are a few bytes."""
    return png(8, 8).replace(struct.pack(">II", 8, 8), struct.pack(">II", width, height))


def summed(raw):
    """The same with a right sum over its header."""
    header = raw[12:29]
    return raw[:29] + struct.pack(">I", zlib.crc32(header)) + raw[33:]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", Problem.VECTOR),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>", Problem.VECTOR),
        (b"\x1f\x8b\x08" + b"\0" * 40, Problem.VECTOR),
        (encoded("GIF"), Problem.UNKNOWN),
        (encoded("TIFF"), Problem.UNKNOWN),
        (encoded("BMP"), Problem.UNKNOWN),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Problem.UNKNOWN),
        (b"<html>hello", Problem.UNKNOWN),
        (b"", Problem.UNKNOWN),
        (b"RIFF\0\0\0\0WAVEfmt ", Problem.UNKNOWN),
        (png(2000, 10), Problem.TOO_WIDE),
        (encoded("JPEG", size=(10, 1025)), Problem.TOO_WIDE),
        (encoded("WEBP", size=(1025, 10)), Problem.TOO_WIDE),
        (summed(bomb(60_000, 60_000)), Problem.TOO_WIDE),
        (summed(bomb(2**31 - 1, 2**31 - 1)), Problem.TOO_WIDE),
        (bomb(1000, 1000), Problem.BROKEN),
        (png(0, 10), Problem.BROKEN),
        (png(10, 10)[:-30], Problem.BROKEN),
        (b"\x89PNG\r\n\x1a\n", Problem.BROKEN),
        (encoded("JPEG", size=(100, 100))[:-300], Problem.BROKEN),
        (b"\xff\xd8\xff", Problem.BROKEN),
        (b"RIFF\x10\0\0\0WEBPVP8X\0\0\0\0", Problem.BROKEN),
        (png(8, 8, (b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000))), Problem.BROKEN),
        (png(8, 8) + b"\0" * LARGEST, Problem.TOO_LARGE),
    ],
)
def test_what_is_refused(raw, problem):
    with pytest.raises(PictureRefused) as refusal:
        read_picture(raw)
    assert refusal.value.problem is problem


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_no_cut_or_change_of_a_picture_is_a_fault_of_ours(kind):
    raw = encoded(kind, size=(8, 8))
    for at in range(len(raw)):
        for changed in (raw[:at], raw[:at] + b"\xff" + raw[at + 1 :], raw[:at] + b"\0" + raw[at + 1 :]):
            try:
                read_picture(changed)
            except PictureRefused:
                continue
