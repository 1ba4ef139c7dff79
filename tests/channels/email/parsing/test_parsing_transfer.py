import base64
import binascii

import pytest

from steward.channels.email.parsing.transfer import decode_transfer, has_lines

CONTENT = bytes(range(256)) * 4


@pytest.mark.parametrize("encoding", ["base64", "BASE64 ", '"base64"'])
def test_base64(encoding):
    assert decode_transfer(base64.encodebytes(CONTENT), encoding) == (CONTENT, "")


@pytest.mark.parametrize(
    ("raw", "decoded", "problem"),
    [
        (b"aGVsbG8", b"hello", "bad_base64"),  # padding missing
        (b"aGVs bG8=", b"hello", ""),
        (b"aGVs*bG8=", b"hello", ""),
        (b"aGVsbG8=\n--\nA footer.\n", b"hello", "bad_base64"),
        (b"aGVsbG8=\nIHRoZXJlLCB5b3U=\n", b"hello there, you", ""),  # two blobs
        (b"aGVsbG8= ignored", b"hello", "bad_base64"),
        (b"aGVsb", b"hel", "bad_base64"),
        (b"====", b"", ""),
        (b"", b"", ""),
    ],
)
def test_base64_as_far_as_it_goes(raw, decoded, problem):
    assert decode_transfer(raw, "base64") == (decoded, problem)


def test_a_text_that_only_claims_to_be_base64():
    assert decode_transfer(b"Hello there, dear desk.", "base64", is_text=True) == (
        b"Hello there, dear desk.",
        "bad_base64",
    )


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (b"caf=C3=A9", "café".encode()),
        (b"caf=c3=a9", "café".encode()),
        (b"soft =\r\nbreak", b"soft break"),
        (b"soft = \t\r\nbreak", b"soft break"),
        (b"no =ZZ escape", b"no =ZZ escape"),
        (b"1 = 2 = 3", b"1 = 2 = 3"),
        (b"end=", b"end"),
        (b"=00", b"\x00"),
    ],
)
def test_quoted_printable(raw, decoded):
    assert decode_transfer(raw, "quoted-printable") == (decoded, "")


def test_uuencoded():
    lines = b"".join(binascii.b2a_uu(CONTENT[start : start + 45]) for start in range(0, len(CONTENT), 45))
    for encoding in ("x-uuencode", "uuencode"):
        assert decode_transfer(b"begin 644 file\n" + lines + b"`\nend\n", encoding) == (CONTENT, "")


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "8bits", "binary"])
def test_none(encoding):
    assert decode_transfer(b"caf\xe9", encoding) == (b"caf\xe9", "")


def test_unknown_encodings_leave_the_bytes():
    assert decode_transfer(b"x", "rot13") == (b"x", "unknown_transfer_encoding")


@pytest.mark.parametrize(
    ("raw", "encoding", "is_text", "of_transport"),
    [
        (b"a\r\nb", "7bit", False, True),
        (b"a\r\n\xe9", "8bit", True, True),
        (b"a\r\n\xe9", "8bit", False, False),
        (b"a\r\nb", "binary", True, False),
        (b"a\r\nb", "quoted-printable", True, True),
        (b"a=0D=0Ab", "quoted-printable", False, False),
        (b"YQ0KYg==", "base64", True, False),
    ],
)
def test_line_breaks_stay_and_it_is_known_whose_they_are(raw, encoding, is_text, of_transport):
    content = b"a\r\n\xe9" if b"\xe9" in raw else b"a\r\nb"
    assert decode_transfer(raw, encoding, is_text=is_text) == (content, "")
    assert has_lines(raw, encoding, is_text=is_text) == of_transport
