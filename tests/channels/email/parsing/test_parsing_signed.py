"""The reader of wrapped signatures, against structures of every form and none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.channels.email.parsing import parse_mail
from steward.channels.email.parsing.signed import MAX_NESTED, SIGNED_DATA, signed_content

DATA = bytes.fromhex("2a864886f70d010701")
CONTENT = b"Content-Type: text/plain\r\n\r\nHello\r\n"


def value(tag, content):
    """One value with a definite length."""
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x84]) + size.to_bytes(4, "big")
    return bytes([tag]) + length + content


def open_value(tag, content):
    """One value that ends with an end mark."""
    return bytes([tag, 0x80]) + content + b"\0\0"


def wrapped(octets, make=value, *, kind=SIGNED_DATA, algorithms=b""):
    """ContentInfo with SignedData (RFC 5652 sections 3 and 5.1), without signers."""
    inner = make(0x30, value(0x06, DATA) + make(0xA0, octets))
    data = make(0x30, value(0x02, b"\1") + make(0x31, algorithms) + inner + value(0x31, b""))
    return make(0x30, value(0x06, kind) + make(0xA0, data))


@pytest.mark.parametrize("make", [value, open_value])
@pytest.mark.parametrize(
    "octets",
    [
        value(0x04, CONTENT),
        value(0x24, value(0x04, CONTENT[:5]) + value(0x04, CONTENT[5:])),
        open_value(0x24, value(0x04, CONTENT[:5]) + value(0x04, CONTENT[5:])),
        open_value(0x24, value(0x24, value(0x04, CONTENT[:9])) + open_value(0x24, value(0x04, CONTENT[9:]))),
    ],
)
def test_the_content_of_every_form(octets, make):
    algorithms = open_value(0x30, value(0x06, DATA) + open_value(0x30, value(0x05, b"")))
    assert signed_content(wrapped(octets, make, algorithms=algorithms)) == CONTENT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\xff" + b"\xff" * 300,
        wrapped(value(0x04, CONTENT), kind=DATA[:-1] + b"\3"),  # enveloped: secret
        wrapped(value(0x0C, CONTENT)),
        wrapped(bytes([0x24, 0x80]) * (MAX_NESTED + 1)),
        wrapped(b"")[:-2],
    ],
)
def test_none_of_anything_else(raw):
    assert signed_content(raw) is None


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_damage_raises(junk, at):
    whole = wrapped(open_value(0x24, value(0x04, CONTENT)), open_value)
    assert isinstance(signed_content(whole[:at] + junk), bytes | None)


def test_wrapped_again_and_again_ends():
    entity = CONTENT
    for _ in range(10):
        entity = b"Content-Type: application/pkcs7-mime\r\n\r\n" + wrapped(value(0x04, entity))
    mail = parse_mail(b"From: a@b.example\r\n" + entity)
    assert len(mail.attachments) == 4
    assert mail.body.text == ""


def test_a_huge_one_is_read_in_little_time():
    pieces = value(0x04, b"x" * 10) * 200_000
    assert len(signed_content(wrapped(open_value(0x24, pieces))) or b"") == 2_000_000
