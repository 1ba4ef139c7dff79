"""Content-Transfer-Encodings (RFC 2045 section 6), decoded as far as the bytes allow."""

from __future__ import annotations

import binascii
import re

BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
BASE64_JUNK = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
NOT_BASE64 = bytes(set(range(256)) - set(b" \t!\"#$%&'()*,-.:;<>?@[\\]^_`{|}~"))
SOFT_BREAK_WITH_SPACE = re.compile(rb"=[ \t]+(?=\r?\n)")
MAX_BLOBS = 10_000
IDENTITY = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "7 bit", "8 bit", "none"})
QUOTED_PRINTABLE = frozenset({"quoted-printable", "quoted_printable", "qp"})
UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_transfer(raw: bytes, encoding: str, *, is_text: bool = False) -> tuple[bytes, str]:
    """Decoded bytes and a problem code (empty when all was well). Never raises.

    Line breaks stay as they came: what is signed or attached is what was sent, to the byte. `is_text` lets a text that
    only claims to be base64 stay as it is.
    """
    name = encoding.strip().strip("\"'").lower()
    if name in IDENTITY:
        return raw, ""
    if name == "base64":
        return _decode_claimed_base64(raw, is_text)
    if name in QUOTED_PRINTABLE:
        return decode_quoted_printable(raw), ""
    if name in UU:
        return decode_uu_lines(raw.splitlines()), ""
    return raw, "unknown_transfer_encoding"


def has_lines(raw: bytes, encoding: str, *, is_text: bool = False) -> bool:
    """Whether line breaks in the decoded bytes are those of transport (RFC 2045 section 2.7), and not content."""
    name = encoding.strip().strip("\"'").lower()
    if name in IDENTITY:
        return name != "binary" and (is_text or raw.isascii())
    return is_text and name in QUOTED_PRINTABLE


def _decode_claimed_base64(raw: bytes, is_text: bool) -> tuple[bytes, str]:
    if is_text and len(raw.strip().translate(None, NOT_BASE64)) * 10 > len(raw):
        return raw, "bad_base64"
    try:
        decoded = binascii.a2b_base64(raw)
    except binascii.Error:
        return decode_base64(raw), "bad_base64"
    first_end = raw.find(b"=")
    rest = raw[first_end:].strip(b"=\r\n\t ") if first_end != -1 else b""
    # More base64 after the padding is a second blob; anything else is a footer that some gateway added.
    if rest and not rest.translate(None, BASE64_ALPHABET) and len(rest.translate(None, b"\r\n=")) % 4 != 1:
        return (decode_base64(raw), "") if len(rest) > 8 else (decoded, "bad_base64")
    return decoded, "bad_base64" if rest else ""


def decode_base64(raw: bytes) -> bytes:
    """All that base64 yields: junk is skipped, missing padding added, blobs joined one after the other are all read."""
    pieces = re.split(rb"=+", raw.translate(None, BASE64_JUNK), maxsplit=MAX_BLOBS)
    return b"".join(_decode_unpadded(piece.replace(b"=", b"")) for piece in pieces)


def _decode_unpadded(piece: bytes) -> bytes:
    surplus = len(piece) % 4
    if surplus == 1:  # six bits make no byte
        piece, surplus = piece[:-1], 0
    return binascii.a2b_base64(piece + b"=" * (-surplus % 4))


def decode_quoted_printable(raw: bytes) -> bytes:
    """Quoted-printable; escapes that are none stay as they are, soft breaks may have trailing blanks."""
    if b"= " in raw or b"=\t" in raw:
        raw = SOFT_BREAK_WITH_SPACE.sub(b"=", raw)
    return binascii.a2b_qp(raw)


def decode_uu_lines(lines: list[bytes]) -> bytes:
    """Uuencoded lines, with or without `begin` and `end`; lines that are none are left out."""
    out = bytearray()
    for line in lines:
        if line[:6] == b"begin " or line.strip() in (b"end", b"`", b""):
            continue
        out += decode_uu_line(line) or b""
    return bytes(out)


def decode_uu_line(line: bytes) -> bytes | None:
    """One uuencoded line, or None if it is none. Some encoders leave out trailing blanks or add a check character."""
    size = (line[0] - 32) & 63
    needed = (size + 2) // 3 * 4
    body = line[1 : 1 + needed].ljust(needed, b" ")
    if not 32 <= line[0] <= 96 or len(line) > needed + 3:
        return None
    try:
        return binascii.a2b_uu(line[:1] + body)
    except binascii.Error:
        return None
