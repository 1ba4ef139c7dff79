"""Outlook's `winmail.dat` (MS-OXTNEF): the files and the body inside. Bounded in depth, number and size."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from steward.channels.email.parsing.charsets import codec_of, decode, storable
from steward.channels.email.parsing.rtf import decompress_rtf, read_rtf

SIGNATURE = 0x223E9F78
MAX_DEPTH = 3
MAX_ATTACHMENTS = 500
MAX_PROPERTIES = 20_000
TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

# Attribute ids (MS-OXTNEF section 2.1.3.3).
BODY, MAPI_PROPERTIES, CODE_PAGE = 0x0002800C, 0x00069003, 0x00069007
RENDERING, TITLE, DATA, ATTACHMENT_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
# Property ids (MS-OXPROPS).
PR_BODY, PR_HTML, PR_RTF, PR_SUBJECT = 0x1000, 0x1013, 0x1009, 0x0037
PR_DATA, PR_FILENAME, PR_LONG_FILENAME, PR_DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
PR_MIME_TAG, PR_CONTENT_ID = 0x370E, 0x3712
# Sizes of property types that have a fixed one, with padding (MS-OXCDATA section 2.11.1).
FIXED = dict.fromkeys((0x0002, 0x0003, 0x0004, 0x000A, 0x000B), 4)
FIXED |= dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8)
FIXED |= {0x0048: 16}
VARIABLE = frozenset({0x001E, 0x001F, 0x000D, 0x0102})
STRING8, UNICODE, OBJECT, MULTIPLE = 0x001E, 0x001F, 0x000D, 0x1000


class DamagedTnef(ValueError):
    """The stream ends or contradicts itself at this point; what came before is good."""


@dataclass(slots=True)
class TnefFile:
    """An attachment as it is collected from several attributes."""

    title: str = ""
    long_name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""
    is_message: bool = False

    @property
    def filename(self) -> str:
        """The long name if there is one, else the short one of DOS."""
        return self.long_name or self.title


@dataclass(slots=True)
class Tnef:
    """All that was found. `damaged` says that the stream broke off."""

    files: list[TnefFile] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    code_page: str = "cp1252"
    damaged: bool = False


def read_tnef(raw: bytes, *, depth: int = 0) -> Tnef:
    """Decode a stream; of a damaged one, what can be had. Never raises."""
    tnef = Tnef()
    try:
        for identity, content in _attributes(raw):
            _take(tnef, identity, content)
    except (DamagedTnef, struct.error):
        tnef.damaged = True
    _use_rich_text(tnef)
    _open_messages(tnef, depth)
    return tnef


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    if len(raw) < 6 or struct.unpack_from("<I", raw)[0] != SIGNATURE:
        raise DamagedTnef("signature")
    position = 6
    while position + 9 <= len(raw):
        _, identity, size = struct.unpack_from("<BII", raw, position)
        position += 9
        if position + size > len(raw):
            yield identity, raw[position:]
            raise DamagedTnef("length")
        yield identity, raw[position : position + size]
        position += size + 2
    if raw[position:].strip(b"\x00\r\n"):
        raise DamagedTnef("end")


def _take(tnef: Tnef, identity: int, content: bytes) -> None:
    if identity == RENDERING:
        if len(tnef.files) >= MAX_ATTACHMENTS:
            raise DamagedTnef("attachments")
        tnef.files.append(TnefFile())
    elif identity == CODE_PAGE and len(content) >= 4:
        tnef.code_page = codec_of(f"cp{struct.unpack_from('<I', content)[0]}") or tnef.code_page
    elif identity == BODY:
        tnef.text = tnef.text or decode(content.rstrip(b"\x00"), tnef.code_page)[0]
    elif identity == MAPI_PROPERTIES:
        for number, value in _properties(content, tnef.code_page):
            _take_message_property(tnef, number, value)
    elif tnef.files:
        _take_file(tnef, tnef.files[-1], identity, content)


def _take_message_property(tnef: Tnef, number: int, value: bytes | str) -> None:
    if number == PR_BODY and isinstance(value, str):
        tnef.text = value
    elif number == PR_HTML:
        tnef.html = value if isinstance(value, str) else decode(value, hint=tnef.code_page)[0]
    elif number == PR_RTF and isinstance(value, bytes):
        try:
            tnef.rtf = decompress_rtf(value)
        except ValueError:
            tnef.damaged = True


def _take_file(tnef: Tnef, file: TnefFile, identity: int, content: bytes) -> None:
    if identity == TITLE:
        file.title = decode(content.rstrip(b"\x00"), tnef.code_page)[0]
    elif identity == DATA:
        file.content = content
    elif identity == ATTACHMENT_PROPERTIES:
        for number, value in _properties(content, tnef.code_page):
            _take_file_property(file, number, value)


def _take_file_property(file: TnefFile, number: int, value: bytes | str) -> None:
    if isinstance(value, bytes):
        if number == PR_DATA:
            # An object begins with the id of its interface; IMessage means a nested stream.
            file.content, file.is_message = value[16:], value[16:20] == struct.pack("<I", SIGNATURE)
    elif number == PR_LONG_FILENAME:
        file.long_name = value
    elif number in (PR_FILENAME, PR_DISPLAY_NAME):
        file.title = file.title or value
    elif number == PR_MIME_TAG:
        file.content_type = value.lower()
    elif number == PR_CONTENT_ID:
        file.content_id = value.strip("<>")


def _properties(content: bytes, code_page: str) -> Iterator[tuple[int, bytes | str]]:
    """(property id, first value) of a property list (MS-OXTNEF section 2.1.3.4); numbers are left out."""
    (count,) = struct.unpack_from("<I", content)
    position = 4
    for _ in range(min(count, MAX_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", content, position)
        position += 4
        if number >= 0x8000:
            position = _skip_name(content, position)
        base = kind & ~MULTIPLE
        values = 1
        if kind & MULTIPLE or base in VARIABLE:
            (values,) = struct.unpack_from("<I", content, position)
            position += 4
        if base in FIXED:
            position += FIXED[base] * values
        elif base in VARIABLE:
            first, position = _variable(content, position, values)
            yield number, _typed(first, base, code_page)
        else:
            raise DamagedTnef("property type")
        if position > len(content):
            raise DamagedTnef("property length")


def _skip_name(content: bytes, position: int) -> int:
    """A named property: GUID, then a number or a name in UTF-16."""
    (kind,) = struct.unpack_from("<I", content, position + 16)
    (value,) = struct.unpack_from("<I", content, position + 20)
    return position + 24 + (_padded(value) if kind else 0)


def _variable(content: bytes, position: int, values: int) -> tuple[bytes, int]:
    first = b""
    for index in range(min(values, MAX_PROPERTIES)):
        (size,) = struct.unpack_from("<I", content, position)
        position += 4
        if position + size > len(content):
            raise DamagedTnef("value length")
        first = content[position : position + size] if index == 0 else first
        position += _padded(size)
    return first, position


def _padded(size: int) -> int:
    return size + -size % 4


def _typed(value: bytes, kind: int, code_page: str) -> bytes | str:
    if kind == STRING8:
        return decode(value.rstrip(b"\x00"), code_page)[0]
    if kind == UNICODE:
        return storable(value.decode("utf-16-le", "replace"))
    return value


def _use_rich_text(tnef: Tnef) -> None:
    """The rich text counts only where nothing better is there; it often wraps the HTML of the sender."""
    if tnef.rtf and not tnef.html:
        text, is_html = read_rtf(tnef.rtf)
        if is_html:
            tnef.html = storable(text)
        else:
            tnef.text = tnef.text or storable(text)


def _open_messages(tnef: Tnef, depth: int) -> None:
    """Files of nested messages join the others; a nested text becomes a file of its own."""
    opened: list[TnefFile] = []
    for file in tnef.files:
        if not file.is_message or depth >= MAX_DEPTH:
            opened.append(file)
            continue
        inner = read_tnef(file.content, depth=depth + 1)
        text = inner.html or inner.text
        if text:
            kind, suffix = ("text/html", ".html") if inner.html else ("text/plain", ".txt")
            name = (file.filename or "message") + suffix
            opened.append(TnefFile(long_name=name, content_type=kind, content=text.encode()))
        opened.extend(inner.files)
    tnef.files = opened[:MAX_ATTACHMENTS]
