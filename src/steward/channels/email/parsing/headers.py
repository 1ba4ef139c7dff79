"""Header blocks: fields as bytes, read as text, parameters or message ids when asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from steward.channels.email.parsing.charsets import codec_of, decode, decode_raw_header
from steward.channels.email.parsing.words import decode_words

MAX_BLOCK = 256 * 1024
MAX_STRUCTURED = 32 * 1024
MAX_IDS = 200
MAX_LINE = 998  # RFC 5322 section 2.1.1
MAX_MENDED = 8 * 1024
MBOX = (b"From ", b">From ")  # the line before each mail in a mailbox file

FIELD = re.compile(rb"([!-9;-~]{1,2000})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
LINE = re.compile(rb"[^\n]*(?:\n|\Z)")
WELL_KNOWN = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|content-type"
    rb"|content-transfer-encoding|content-disposition|reply-to|sender|delivered-to):",
    re.I | re.M,
)
FOLD = re.compile(rb"\r?\n[ \t]*|[\r\t\x00]")
PARAMETER = re.compile(r";\s*([^\s=;\"]{1,100})\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.S)
CONTINUATION = re.compile(r"^(.*?)(?:\*(\d{1,4}))?(\*)?$", re.S)
QUOTED = re.compile(r'\\(["\\])')
MESSAGE_ID = re.compile(r"<([^<>]+)>")
PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Headers:
    """Fields of one block in their order; names in lower case, values unfolded bytes.

    `hint` is the charset the mail seems to be written in, for text sent raw.
    """

    fields: dict[str, list[bytes]] = field(default_factory=dict)
    hint: str = ""
    _parameters: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def believe(self, hint: str) -> None:
        """From now on read raw text in this charset."""
        if hint != self.hint:
            self.hint = hint
            self._parameters.clear()

    def raw(self, name: str) -> bytes:
        """First value of the field, or empty bytes."""
        values = self.fields.get(name)
        return values[0] if values else b""

    def raws(self, name: str) -> list[bytes]:
        """All values of the field."""
        return self.fields.get(name, [])

    def text(self, name: str) -> str:
        """First value, decoded, runs of white space as one blank."""
        return self.as_text(self.raw(name)) if name in self.fields else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """All values, decoded."""
        return tuple(self.as_text(value) for value in self.raws(name))

    def as_text(self, value: bytes) -> str:
        """A field value as people read it."""
        return " ".join(decode_words(decode_raw_header(value, self.hint), hint=self.hint).split())

    def value(self, name: str) -> str:
        """What stands before the parameters of a structured field, in lower case: `text/plain`, `attachment`."""
        return self._structured(name)[0]

    def parameter(self, name: str, key: str) -> str:
        """A parameter such as `charset` or `filename` in every way it may be written, or an empty string."""
        return self._structured(name)[1].get(key, "")

    def ids(self, name: str) -> tuple[str, ...]:
        """Message ids without angle brackets (RFC 5322 section 3.6.4), from all fields of this name."""
        found: dict[str, None] = {}
        for value in self.raws(name):
            text = decode_words(decode_raw_header(value[:MAX_STRUCTURED], self.hint))
            matches = MESSAGE_ID.findall(text) or (text.split() if "@" in text or name == "message-id" else [])
            found.update(dict.fromkeys("".join(match.split()) for match in matches))
        ids = tuple(each for each in found if 0 < len(each.encode()) <= MAX_LINE)
        return ids if len(ids) <= MAX_IDS else (ids[0], *ids[1 - MAX_IDS :])

    def _structured(self, name: str) -> tuple[str, dict[str, str]]:
        if name not in self._parameters:
            self._parameters[name] = read_structured(self.raw(name)[:MAX_STRUCTURED], self.hint)
        return self._parameters[name]


def read_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int, str]:
    """Read the block that begins at `start`; gives it, where the body begins, and a problem code or an empty string."""
    block_end, body = _block_end(raw, start, end)
    problem = ""
    if block_end - start > MAX_BLOCK:
        limit = start + MAX_BLOCK
        block_end, problem = raw.rfind(b"\n", start, limit) + 1 or limit, "huge_headers"
    headers, position, known = Headers(), start, start
    while position < block_end:
        match = FIELD.match(raw, position, block_end)
        if match is None:
            stop = LINE.match(raw, position, block_end)
            following = stop.end() if stop else block_end
            known = known if known > following else _next_known(raw, following, block_end)
            if known == -1 and not raw.startswith(MBOX, position):
                return headers, position, problem or "headers_end_early"
            _append_to_last(headers, raw[position:following])
            if not raw.startswith(MBOX, position):
                problem = problem or "bad_header_line"
            position = following
            continue
        headers.fields.setdefault(match.group(1).decode("ascii").lower(), []).append(unfold(match.group(2)))
        position = match.end()
    return headers, body, problem


def _block_end(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """End of the header block (with its last line break) and begin of the body: at the first empty line."""
    for blank in (b"\r\n", b"\n"):
        if raw.startswith(blank, start, end):
            return start, start + len(blank)
    crlf = raw.find(b"\n\r\n", start, end)
    bare = raw.find(b"\n\n", start, end if crlf == -1 else crlf)
    if bare != -1:
        return bare + 1, bare + 2
    if crlf != -1:
        return crlf + 1, crlf + 3
    return end, end


def _next_known(raw: bytes, position: int, block_end: int) -> int:
    """Where the next field that we know is, or -1.

    A line that is no field is the junk of some gateway if such a field follows, else the begin of the body.
    """
    match = WELL_KNOWN.search(raw, position, block_end)
    return match.start() if match else -1


def _append_to_last(headers: Headers, line: bytes) -> None:
    """Most such lines are continuations whose indentation was lost."""
    if headers.fields and not line.startswith(MBOX):
        values = headers.fields[next(reversed(headers.fields))]
        if len(values[-1]) < MAX_MENDED:
            values[-1] = values[-1] + b" " + unfold(line)


def unfold(value: bytes) -> bytes:
    """A folded field value on one line (RFC 5322 section 2.2.3)."""
    return FOLD.sub(b" ", value).strip() if b"\n" in value or b"\t" in value or b"\r" in value else value.strip()


def read_structured(value: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """Value and parameters of a field such as Content-Type; RFC 2231 continuations joined, charsets decoded."""
    text = value.decode("latin-1")
    main = text.partition(";")[0].partition("(")[0].strip().strip('"').lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for key, quoted in PARAMETER.findall(text if ";" in text else ";" + text):
        name, number, extended = _split_name(key.lower())
        content = _unquote(quoted)
        if number is None and not extended:
            plain.setdefault(name, _decode_parameter(content, hint))
        else:
            sections.setdefault(name, {})[number or 0] = (content, extended)
    for name, parts in sections.items():
        plain[name] = _join_sections(parts, hint) or plain.get(name, "")
    return main, plain


def _split_name(key: str) -> tuple[str, int | None, bool]:
    match = CONTINUATION.match(key)
    if match is None:
        return key, None, False
    return match.group(1), int(match.group(2)) if match.group(2) else None, bool(match.group(3))


def _unquote(content: str) -> str:
    content = content.strip()
    if len(content) > 1 and content[0] == content[-1] == '"':
        return QUOTED.sub(r"\1", content[1:-1])
    return content.strip('"')


def _decode_parameter(content: str, hint: str) -> str:
    raw = decode_raw_header(content.encode("latin-1"), hint)
    return " ".join(decode_words(raw, hint=hint).split()) if "=?" in raw else decode_words(raw).strip()


def _join_sections(parts: dict[int, tuple[str, bool]], hint: str) -> str:
    """RFC 2231 section 4: `charset'language'percent-encoded`, in pieces of which each says whether it is encoded."""
    charset, collected = "", bytearray()
    for number in sorted(parts):
        content, extended = parts[number]
        if extended and number == min(parts) and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        raw = content.encode("latin-1")
        collected += PERCENT.sub(lambda match: bytes([int(match.group(1), 16)]), raw) if extended else raw
    if codec_of(charset) is None:
        return _decode_parameter(bytes(collected).decode("latin-1"), hint)
    text = decode(bytes(collected), charset)[0]
    return decode_words(text) if "=?" in text else text
