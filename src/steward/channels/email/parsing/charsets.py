"""Bytes to text, believing declared charsets only as far as they prove true.

Labels are read as browsers read them (WHATWG Encoding), because that is what senders test against.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from unicodedata import normalize

from charset_normalizer import from_bytes

ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "gb_2312-80": "gb18030",
    "euc-cn": "gb18030",
    "chinese": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "x-euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "korean": "cp949",
    "windows-949": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "logical": "iso8859-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "mac": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-cp1251": "cp1251",
    "win-1251": "cp1251",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "csiso2022jp": "iso2022_jp",
}
ISO2022 = ("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext")
# Valid UTF-8 in many bytes is hardly ever anything else, so these single-byte claims yield to it.
SINGLE_BYTE = re.compile(r"cp12|iso8859|koi8|mac|cp8|cp4|cp7|latin")
NOT_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
UNKNOWN = frozenset({"", "unknown-8bit", "unknown", "x-unknown", "8bit", "default", "x-user-defined", "binary", "none"})
LABEL = re.compile(r"[\s\"'_]*([\w.:+-]{1,40})")  # what follows is a language tag (RFC 2231) or junk
ESCAPES = re.compile(rb"(\x1b(?:\$\([A-Z]|[$(][@-Z]|\$[AB@]|\.[AF]))")
CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
META = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
LONG_ENOUGH_TO_GUESS = 48
SAMPLE = 8_192


def _western(error: UnicodeError) -> tuple[str, int]:
    """Decode the offending byte as windows-1252: mails glued from pieces mix both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("steward-western", _western)


@lru_cache(maxsize=512)
def codec_of(label: str) -> str | None:
    """Name of the Python codec for a charset label, or None if it names none that decodes text."""
    found_label = LABEL.match(label)
    wanted = found_label.group(1).lower() if found_label else ""
    if wanted in UNKNOWN:
        return None
    for name in (ALIASES.get(wanted, wanted), ALIASES.get(wanted.removeprefix("x-"), wanted.removeprefix("x-"))):
        found = _lookup(name) or _lookup(re.sub(r"^(?:windows|cp|win)[-_ ]?(?=\d)", "cp", name))
        if found:
            return ALIASES.get(found, "cp1252" if found in ("iso8859-1", "ascii") else found)
    return None


def _lookup(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return found.name if found._is_text_encoding and found.name not in NOT_TEXT else None


def storable(text: str) -> str:
    """The text without what PostgreSQL or XML cannot hold: NUL, control characters, lone surrogates."""
    # By way of bytes, which is three times as fast as a pattern; encoding leaves out the surrogates.
    return text.encode("utf-8", "ignore").translate(None, CONTROLS).decode("utf-8").replace("\ufeff", "")


def decode(raw: bytes, label: str = "", *, hint: str = "") -> tuple[str, str]:
    """Text of the bytes and a problem code (empty when the label was right).

    `label` is what the part declares, `hint` what the rest of the mail uses: the guess before guessing.
    """
    codec = codec_of(label)
    wrong = "unknown_charset" if label and codec is None and label.lower() not in UNKNOWN else ""
    if raw.isascii():
        return storable(_decode_ascii(raw, codec)), wrong
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return storable(_decode_marked(raw)), wrong
    if codec is None:
        return storable(_guess(raw, hint)), wrong
    text, code = _decode_declared(raw, codec, hint)
    return storable(text), wrong or code


def decode_raw_header(raw: bytes, hint: str = "") -> str:
    """Text of a field sent without RFC 2047 encoding: UTF-8 (RFC 6532), else the mail's charset, else western."""
    if raw.isascii():
        return decode_iso2022(raw) if b"\x1b" in raw else raw.decode("ascii")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_hinted(raw, hint)


def charset_in_html(raw: bytes) -> str:
    """The charset an HTML document claims for itself in its first kilobyte, or an empty string."""
    found = META.search(raw, 0, 2048)
    return found.group(1).decode("ascii", "replace") if found else ""


def _decode_ascii(raw: bytes, codec: str | None) -> str:
    if b"\x1b" in raw and (codec is None or not codec.startswith("iso2022_kr")):
        return decode_iso2022(raw)
    if codec in ("utf-7", "hz", "iso2022_kr") or (codec and _is_wide(codec) and b"\x00" in raw):
        return _strictly(raw, codec) or raw.decode("ascii")
    return raw.decode("ascii")


def _is_wide(codec: str) -> bool:
    return codec.startswith(("utf-16", "utf-32"))


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _decode_marked(raw: bytes) -> str:
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "steward-western")
    return raw.decode("utf-16", "replace")


def _decode_declared(raw: bytes, codec: str, hint: str) -> tuple[str, str]:
    if codec in ISO2022 and b"\x1b" in raw:
        return decode_iso2022(raw), ""
    if _is_wide(codec) and b"\x00" not in raw:  # line breaks and blanks alone would have some
        return _guess(raw, hint), "wrong_charset"
    if codec != "utf-8" and SINGLE_BYTE.match(codec):
        text = _strictly(raw, "utf-8")
        if text is not None:
            return text, "wrong_charset"
    text = _strictly(raw, codec)
    if text is not None:  # Vietnamese code pages write accents apart from their letters
        return (normalize("NFC", text) if codec == "cp1258" else text), ""
    if codec == "utf-8":
        return _decode_bad_utf8(raw, hint)
    if codec == "cp1252" or SINGLE_BYTE.match(codec):
        return raw.decode(codec, "replace"), ""
    return _decode_bad_multibyte(raw, codec)


def _decode_bad_utf8(raw: bytes, hint: str) -> tuple[str, str]:
    """Not quite UTF-8: keep it when most of it is (a character cut in two), else it is something else altogether."""
    lenient = raw.decode("utf-8", "replace")
    bad = lenient.count("\ufffd")
    good = len(lenient) - bad - len(raw.decode("ascii", "ignore"))
    if good >= bad:
        return raw.decode("utf-8", "steward-western"), "wrong_charset"
    return _guess(raw, hint), "wrong_charset"


def _decode_bad_multibyte(raw: bytes, codec: str) -> tuple[str, str]:
    for other in ("utf-8", {"cp932": "euc_jp", "euc_jp": "cp932", "big5hkscs": "gb18030", "cp949": "johab"}.get(codec)):
        text = _strictly(raw, other) if other else None
        if text is not None:
            return text, "wrong_charset"
    return raw.decode(codec, "replace"), "wrong_charset"


def _guess(raw: bytes, hint: str) -> str:
    """Undeclared bytes: UTF-8, else what the page or the mail says, else by statistics, else western."""
    text = _strictly(raw, "utf-8")
    if text is not None:
        return text
    codec = codec_of(charset_in_html(raw)) or codec_of(hint)
    text = _strictly(raw, codec) if codec else None
    if text is not None:
        return text
    if sum(byte > 127 for byte in raw[:SAMPLE]) >= LONG_ENOUGH_TO_GUESS:
        best = from_bytes(raw[:SAMPLE]).best()
        if best is not None:
            return raw.decode(best.encoding, "replace")
    return raw.decode("utf-8", "steward-western") if _mostly_utf8(raw) else raw.decode("cp1252", "replace")


def _mostly_utf8(raw: bytes) -> bool:
    lenient = raw.decode("utf-8", "replace")
    bad = lenient.count("\ufffd")
    return len(lenient) - bad - len(raw.decode("ascii", "ignore")) > 2 * bad


def _decode_hinted(raw: bytes, hint: str) -> str:
    codec = codec_of(hint)
    text = _strictly(raw, codec) if codec and codec != "utf-8" else None
    if text is not None:
        return text
    return raw.decode("utf-8", "steward-western") if _mostly_utf8(raw) else raw.decode("cp1252", "replace")


def decode_iso2022(raw: bytes) -> str:
    """ISO-2022-JP as mailers write it: with the vendor characters (circled numbers, ...) that the standard lacks."""
    for codec in ("iso2022_jp_2", "iso2022_jp_ext"):
        text = _strictly(raw, codec)
        if text is not None:
            return text
    pieces = ESCAPES.split(raw)
    decoded = [pieces[0].decode("utf-8", "steward-western")]
    for escape, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        decoded.append(_decode_shifted(escape, piece))
    return "".join(decoded)


def _decode_shifted(escape: bytes, piece: bytes) -> str:
    if escape in (b"\x1b$B", b"\x1b$@", b"\x1b$(B", b"\x1b$(@"):
        return _as_shift_jis(piece).decode("cp932", "replace")
    if escape == b"\x1b(I":
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in piece).decode("cp932", "replace")
    if escape in (b"\x1b(B", b"\x1b(J"):
        return piece.decode("utf-8", "steward-western")
    return (escape + piece + b"\x1b(B").decode("iso2022_jp_2", "replace").replace("\x1b", "")


def _as_shift_jis(piece: bytes) -> bytes:
    """JIS X 0208 rows as Shift_JIS bytes, whose Windows decoder knows the vendor rows."""
    out = bytearray()
    index = 0
    while index < len(piece):
        high, low = piece[index], piece[index + 1] if index + 1 < len(piece) else 0
        if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
            out.append(high)
            index += 1
            continue
        out.append(((high + 1) >> 1) + (0x70 if high < 0x5F else 0xB0))
        out.append(low + ((0x1F if low < 0x60 else 0x20) if high % 2 else 0x7E))
        index += 2
    return bytes(out)
