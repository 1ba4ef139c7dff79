import random
import struct
import time

import pytest

from steward.channels.email.parsing import parse_mail
from steward.channels.email.parsing.rtf import PRIMED, decompress_rtf, read_rtf
from steward.channels.email.parsing.tnef import read_tnef


def attribute(identity: int, content: bytes, level: int = 2) -> bytes:
    return struct.pack("<BII", level, identity, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def padded(content: bytes) -> bytes:
    return content + b"\x00" * (-len(content) % 4)


def text_property(number: int, value: str) -> bytes:
    raw = value.encode("utf-16-le") + b"\x00\x00"
    return struct.pack("<HHII", 0x001F, number, 1, len(raw)) + padded(raw)


def binary_property(number: int, value: bytes, kind: int = 0x0102) -> bytes:
    return struct.pack("<HHII", kind, number, 1, len(value)) + padded(value)


def properties(*written: bytes) -> bytes:
    return struct.pack("<I", len(written)) + b"".join(written)


def stream(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def attachment(title: bytes, content: bytes, *written: bytes) -> bytes:
    return (
        attribute(0x00069002, b"\x00" * 14)
        + attribute(0x00018010, title + b"\x00")
        + attribute(0x0006800F, content)
        + attribute(0x00069005, properties(*written))
    )


NUMBER = struct.pack("<HHI", 0x0003, 0x3705, 1)
NAMED = struct.pack("<HH", 0x0003, 0x8001) + b"\x00" * 16 + struct.pack("<III", 0, 7, 1)
NAMED_BY_TEXT = (
    struct.pack("<HH", 0x0003, 0x8002)
    + b"\x00" * 16
    + struct.pack("<II", 1, 6)
    + padded(b"a\x00b\x00\x00\x00")
    + b"\x01\x00\x00\x00"
)
MULTIPLE = struct.pack("<HHI", 0x1003, 0x1234, 2) + b"\x00" * 8


def test_files_have_their_long_names():
    raw = stream(
        attribute(0x00069007, struct.pack("<II", 1252, 0), 1),
        attachment(
            b"LONGNA~1.TXT", b"one", NUMBER, NAMED, NAMED_BY_TEXT, MULTIPLE, text_property(0x3707, "long näme.txt")
        ),
        attachment(b"short.txt", b"two"),
    )
    found = read_tnef(raw)
    assert [(file.filename, file.content) for file in found.files] == [("long näme.txt", b"one"), ("short.txt", b"two")]
    assert not found.damaged


def test_type_content_id_and_data_as_property():
    data = b"\x00" * 16 + b"content"
    raw = stream(
        attachment(
            b"x.png",
            b"",
            text_property(0x370E, "image/PNG"),
            text_property(0x3712, "<pic@x>"),
            binary_property(0x3701, data, kind=0x000D),
        )
    )
    (file,) = read_tnef(raw).files
    assert (file.content_type, file.content_id, file.content) == ("image/png", "pic@x", b"content")


def test_bodies():
    raw = stream(
        attribute(0x00069003, properties(text_property(0x1000, "plain"), binary_property(0x1013, b"<p>rich</p>")), 1)
    )
    found = read_tnef(raw)
    assert (found.text, found.html) == ("plain", "<p>rich</p>")
    assert read_tnef(stream(attribute(0x0002800C, b"caf\xe9\x00", 1))).text == "café"


def test_a_message_inside():
    inner = stream(attribute(0x0002800C, b"inner words\x00", 1), attachment(b"deep.txt", b"deep"))
    outer = stream(
        attachment(b"Letter", b"", binary_property(0x3701, b"\x07\x03\x02\x00" + b"\x00" * 12 + inner, kind=0x000D))
    )
    files = read_tnef(outer).files
    assert [(file.filename, file.content) for file in files] == [("Letter.txt", b"inner words"), ("deep.txt", b"deep")]


def winmail(raw: bytes, before: str = "hi") -> bytes:
    from base64 import encodebytes

    head = f"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{before}\n--b\n"
    fields = 'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n'
    return (head + fields).encode() + encodebytes(raw) + b"--b--\n"


def test_a_mail_with_winmail_dat():
    raw = stream(attribute(0x0002800C, b"same words\x00", 1), attachment(b"a.txt", b"one"))
    mail = parse_mail(winmail(raw))
    assert (mail.body.text, [each.filename for each in mail.attachments], mail.problems) == ("hi", ["a.txt"], ())
    assert parse_mail(winmail(raw, before="")).body.text == "same words"


def test_rich_text_is_shown_or_attached():
    rtf = b"{\\rtf1\\ansi Hello \\b bold\\b0\\par next}"
    compressed = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    raw = stream(attribute(0x00069003, properties(binary_property(0x1009, compressed)), 1))
    assert parse_mail(winmail(raw, before="")).body.text == "Hello bold\nnext"


def test_a_damaged_stream_gives_what_it_has_and_stays():
    raw = stream(attachment(b"a.txt", b"one"), attachment(b"b.txt", b"two"))[:-40]
    mail = parse_mail(winmail(raw))
    assert [each.filename for each in mail.attachments] == ["a.txt", "file", "winmail.dat"]
    assert [problem.code for problem in mail.problems] == ["damaged_tnef"]
    junk = parse_mail(winmail(b"no tnef at all"))
    assert [each.filename for each in junk.attachments] == ["winmail.dat"]


def test_compressed_rtf():
    # The example of MS-OXRTFCP section 3.1.
    raw = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress_rtf(raw) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert len(PRIMED) == 207


@pytest.mark.parametrize("raw", [b"", b"short", b"\x00" * 16, struct.pack("<IIII", 9, 9, 1, 0)])
def test_no_compressed_rtf(raw):
    with pytest.raises(ValueError, match=r"short|compressed"):
        decompress_rtf(raw)


@pytest.mark.parametrize(
    ("rtf", "text", "is_html"),
    [
        (rb"{\rtf1 a\par b\tab c}", "a\nb\tc", False),
        (rb"{\rtf1\ansi\ansicpg1252 caf\'e9 \u8364?x}", "café €x", False),
        (rb"{\rtf1\ansi\ansicpg932 \'93\'fa}", "日", False),
        (rb"{\rtf1\uc0\u233 x}", "éx", False),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Riched;}text}", "text", False),
        (rb"{\rtf1 \{braces\} \\ \~x}", "{braces} \\ \u00a0x", False),
        (
            rb"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello{\*\htmltag84 <b>}\htmlrtf\b\htmlrtf0"
            rb"  you{\*\htmltag92 </b>}\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}",
            "<p>Hello<b> you</b></p>",
            True,
        ),
        (b"", "", False),
        (rb"}}}{{{\x\'zz", "'zz", False),
    ],
)
def test_rtf(rtf, text, is_html):
    found = read_rtf(rtf)
    assert (found[0].strip(), found[1]) == (text, is_html)


def test_mutated_streams_end_quickly_and_raise_nothing():
    source = random.Random(7)
    whole = stream(
        attribute(0x00069003, properties(text_property(0x1000, "plain"), binary_property(0x1009, b"x" * 30)), 1),
        attachment(b"a.txt", b"one", NUMBER, NAMED, MULTIPLE, text_property(0x3707, "long.txt")),
    )
    started = time.process_time()
    for _ in range(500):
        raw = bytearray(whole)
        for _ in range(source.randint(1, 12)):
            raw[source.randrange(len(raw))] = source.choice([0, 1, 0x7F, 0xFF, source.randrange(256)])
        read_tnef(bytes(raw[: source.randint(0, len(raw))]))
    assert time.process_time() - started < 5


def test_a_little_that_says_it_is_much_stays_little(monkeypatch):
    """Each two bytes name seventeen of the window: what comes out is bounded, whatever the head promises."""
    monkeypatch.setattr("steward.channels.email.parsing.rtf.MAX_SIZE", 10_000)
    bomb = struct.pack("<IIII", 0, 2**32 - 1, 0x75465A4C, 0) + (b"\xff" + b"\x00\x0f" * 8) * 1_000
    assert len(decompress_rtf(bomb)) == 10_000
