"""Outlook's rich text: decompression (MS-OXRTFCP) and what it says as HTML or plain text (MS-OXRTFEX)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from steward.channels.email.parsing.charsets import codec_of

MAX_SIZE = 8 * 1024 * 1024
WINDOW = 4096
PRIMED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
COMPRESSED, UNCOMPRESSED = 0x75465A4C, 0x414C454D

TOKEN = re.compile(
    rb"\\(?:'([0-9a-fA-F]{2})|([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|([^a-zA-Z']))|([{}])|([^\\{}\r\n]+)|[\r\n]"
)
SILENT = frozenset(b"fonttbl colortbl stylesheet info pict object header footer themedata".split())
WRITES = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
    b"endash": "\u2013",
    b"emdash": "\u2014",
}


def decompress_rtf(raw: bytes) -> bytes:
    """The RTF inside PR_RTF_COMPRESSED. Raises ValueError for anything else; the result is at most 8 MiB."""
    if len(raw) < 16:
        raise ValueError("too short")
    _, size, kind, _ = struct.unpack_from("<IIII", raw)
    size = min(size, MAX_SIZE)
    if kind == UNCOMPRESSED:
        return raw[16 : 16 + size]
    if kind != COMPRESSED:
        raise ValueError("no compressed RTF")
    return _decompress(raw, size)


def _decompress(raw: bytes, size: int) -> bytes:
    """LZ77 over a window of 4,096 bytes that begins with common words of RTF."""
    window = bytearray(PRIMED.ljust(WINDOW, b"\x00"))
    write, position, out = len(PRIMED), 16, bytearray()
    while position < len(raw) and len(out) < size:
        control = raw[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                if position + 2 > len(raw):
                    return bytes(out[:size])
                reference = raw[position] << 8 | raw[position + 1]
                position += 2
                if reference >> 4 == write:
                    return bytes(out[:size])
                write = _copy(window, write, reference, out)
            elif position < len(raw):
                window[write] = raw[position]
                out.append(raw[position])
                write = (write + 1) % WINDOW
                position += 1
    return bytes(out[:size])


def _copy(window: bytearray, write: int, reference: int, out: bytearray) -> int:
    offset, length = reference >> 4, (reference & 15) + 2
    for step in range(length):
        byte = window[(offset + step) % WINDOW]
        out.append(byte)
        window[write] = byte
        write = (write + 1) % WINDOW
    return write


@dataclass(slots=True)
class _Group:
    """What holds between one pair of braces."""

    silent: bool = False
    html_tag: bool = False
    skip_after_unicode: int = 1


@dataclass(slots=True)
class _Reader:
    """State of one pass over the tokens."""

    html: bool
    codec: str = "cp1252"
    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    rtf_only: bool = False
    starred: bool = False
    skip: int = 0

    def write(self, text: str) -> None:
        """Add text unless it is meant for RTF readers only."""
        if self.groups[-1].silent or (self.html and self.rtf_only and not self.groups[-1].html_tag):
            return
        self.flush()
        self.out.append(text)

    def write_byte(self, byte: int) -> None:
        """Add a byte of the document's code page; characters of two bytes come as two of these."""
        if self.skip:
            self.skip -= 1
        elif not self.groups[-1].silent and not (self.html and self.rtf_only and not self.groups[-1].html_tag):
            self.pending.append(byte)

    def flush(self) -> None:
        """Decode the bytes collected."""
        if self.pending:
            self.out.append(self.pending.decode(self.codec, "replace"))
            self.pending.clear()


def read_rtf(rtf: bytes) -> tuple[str, bool]:
    """Text of an RTF document and whether it is the HTML it was made from. Linear; never raises."""
    head = rtf[:2048]
    reader = _Reader(html=b"\\fromhtml1" in head)
    for match in TOKEN.finditer(rtf):
        escaped, word, number, symbol, brace, text = match.groups()
        if brace:
            _brace(reader, brace)
        elif escaped:
            reader.write_byte(int(escaped, 16))
        elif word:
            _word(reader, word, int(number) if number else None)
        elif symbol:
            _symbol(reader, symbol)
        elif text:
            skipped = min(reader.skip, len(text))
            reader.skip -= skipped
            reader.write(text[skipped:].decode("cp1252", "replace"))
    reader.flush()
    return "".join(reader.out).strip(), reader.html


def _brace(reader: _Reader, brace: bytes) -> None:
    reader.flush()
    reader.starred, reader.skip = False, 0
    if brace == b"{":
        top = reader.groups[-1]
        if len(reader.groups) < 10_000:
            reader.groups.append(_Group(top.silent, top.html_tag, top.skip_after_unicode))
    elif len(reader.groups) > 1:
        reader.groups.pop()


def _symbol(reader: _Reader, symbol: bytes) -> None:
    if symbol == b"*":
        reader.starred = True
    elif symbol in b"\\{}":
        reader.write(symbol.decode("ascii"))
    elif symbol == b"~":
        reader.write("\u00a0")
    elif symbol == b"_":
        reader.write("-")


def _word(reader: _Reader, word: bytes, number: int | None) -> None:
    group, starred, reader.starred = reader.groups[-1], reader.starred, False
    if word == b"htmlrtf":
        reader.flush()
        reader.rtf_only = number != 0
    elif word == b"htmltag":
        group.html_tag, group.silent = True, not reader.html
    elif starred or word in SILENT:
        group.silent = True
    elif word == b"u" and number is not None:
        _unicode(reader, number)
    elif word == b"uc" and number is not None:
        group.skip_after_unicode = max(0, min(number, 8))
    elif word == b"ansicpg" and number:
        reader.codec = codec_of(f"cp{number}") or reader.codec
    elif word in WRITES and not (reader.html and group.html_tag and word == b"cell"):
        reader.write(WRITES[word])


def _unicode(reader: _Reader, number: int) -> None:
    code = number % 65_536
    reader.write(chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd")
    reader.skip = reader.groups[-1].skip_after_unicode
