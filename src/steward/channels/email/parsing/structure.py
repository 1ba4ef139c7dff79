"""The tree of MIME parts (RFC 2046), as slices of the raw message: nothing is copied, nested mails keep their bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from steward.channels.email.parsing.headers import Headers, read_headers
from steward.channels.email.parsing.mail import Problem
from steward.channels.email.parsing.transfer import IDENTITY, decode_transfer, has_lines

MAX_DEPTH = 30
MAX_PARTS = 1_000
MAX_DELIMITERS = 200_000
GUESS_WITHIN = 64 * 1024

DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
GUESSED = re.compile(rb"^--(\S[^\r\n]{0,199}?)[ \t]*\r?\n(?=content-[a-z-]+[ \t]*:)", re.I | re.M)
LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n \t\x00]*")
TYPE = re.compile(r"^[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}$")


@dataclass(slots=True)
class Part:
    """One part: where it begins in `raw`, its headers, and where its body lies. Without children it is a leaf."""

    headers: Headers
    raw: bytes
    begin: int
    start: int
    end: int
    content_type: str
    children: list[Part] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The body as sent, transfer encoding and all."""
        return self.raw[self.start : self.end]

    @property
    def disposition(self) -> str:
        """`attachment`, `inline`, or empty."""
        return self.headers.value("content-disposition")

    def decoded(self) -> tuple[bytes, str]:
        """Content without transfer encoding, and a problem code or an empty string."""
        return decode_transfer(self.body, self._encoding, is_text=self._is_text)

    @property
    def has_lines(self) -> bool:
        """Whether line breaks in the decoded content are those of transport."""
        return has_lines(self.body, self._encoding, is_text=self._is_text)

    @property
    def _encoding(self) -> str:
        return self.headers.value("content-transfer-encoding")

    @property
    def _is_text(self) -> bool:
        return self.content_type.startswith(("text/", "message/"))

    def leaves(self) -> Iterator[Part]:
        """All parts that hold content, in the order of the message."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(slots=True)
class Reading:
    """What is counted and noticed while a message is taken apart."""

    hint: str = ""
    parts: int = 0
    unwrapped: int = 0
    problems: list[Problem] = field(default_factory=list)

    def notice(self, code: str, detail: str = "") -> None:
        """Add a problem, once."""
        if code and Problem(code, detail) not in self.problems:
            self.problems.append(Problem(code, detail))


def read_structure(raw: bytes, reading: Reading) -> Part:
    """Take a whole message apart. Never raises; what is odd is noticed in `reading`."""
    raw, start = _beginning(raw)
    return _read_part(raw, start, len(raw), reading, depth=0, default="text/plain")


def read_inner(raw: bytes, reading: Reading) -> Part:
    """Take a MIME entity apart that was wrapped in a part of a message (RFC 8551 section 3.1)."""
    return _read_part(raw, 0, len(raw), reading, depth=1, default="text/plain")


def read_head(raw: bytes) -> Headers:
    """The header of a whole message exactly as `read_structure` reads it. Never raises."""
    raw, start = _beginning(raw)
    headers = read_headers(raw, start, len(raw))[0]
    headers.believe(_charset_used(headers))
    return headers


def _beginning(raw: bytes) -> tuple[bytes, int]:
    """The message with line breaks of the usual kinds, and where its first field begins."""
    if b"\n" not in raw[:65_536] and b"\r" in raw[:65_536]:
        raw = raw.replace(b"\r", b"\n")
    start = _leading(raw)
    return raw, start if b":" in raw[start : start + 200] else 0


def _leading(raw: bytes) -> int:
    """Length of the byte order mark and blank lines that some programs put before the first field."""
    match = LEADING.match(raw)
    return match.end() if match else 0


def _read_part(raw: bytes, start: int, end: int, reading: Reading, *, depth: int, default: str) -> Part:
    headers, body, problem = read_headers(raw, start, end)
    if depth == 0 or problem == "huge_headers":
        reading.notice(problem)
    reading.hint = reading.hint or _charset_used(headers)
    headers.believe(reading.hint)
    part = Part(headers, raw, start, body, end, _content_type(headers, default))
    if part.content_type.startswith("multipart/"):
        _read_children(part, reading, depth)
    return part


def _charset_used(headers: Headers) -> str:
    declared = headers.parameter("content-type", "charset")
    if declared.lower() not in ("", "us-ascii", "utf-8"):
        return declared
    found = re.match(rb".*?=\?([\w.:+-]{1,40})\?[bq]\?", headers.raw("subject") + headers.raw("from"), re.I)
    return found.group(1).decode("ascii") if found else ""


def _content_type(headers: Headers, default: str) -> str:
    declared = headers.value("content-type")
    if not declared:
        return default
    if declared in ("text", "plain", "text/"):
        return "text/plain"
    if TYPE.match(declared):
        return declared
    found = re.match(r"[\w.+-]+/[\w.+-]+", declared)
    return found.group() if found else ("text/plain" if default == "text/plain" else "application/octet-stream")


def _read_children(part: Part, reading: Reading, depth: int) -> None:
    if depth >= MAX_DEPTH:
        reading.notice("too_deep", str(MAX_DEPTH))
        part.content_type = "application/octet-stream"
        return
    segments = _segments(part, reading)
    if not segments:
        reading.notice("no_boundary")
        part.content_type = "text/plain"
        return
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for start, end in segments:
        reading.parts += 1
        if reading.parts > MAX_PARTS:
            reading.notice("too_many_parts", str(MAX_PARTS))
            break
        part.children.append(_read_part(part.raw, start, end, reading, depth=depth + 1, default=default))


def _segments(part: Part, reading: Reading) -> list[tuple[int, int]]:
    """Where the parts lie: by the boundary that is declared, else by the one that is evidently used."""
    boundary = part.headers.parameter("content-type", "boundary").encode("utf-8", "ignore")
    found = _split(part, boundary, reading) if boundary else []
    encoding = part.headers.value("content-transfer-encoding")
    if not found and encoding not in IDENTITY:
        # Forbidden by RFC 2045 section 6.4, yet some mailers encode a multipart as a whole.
        part.raw = part.decoded()[0]
        part.start, part.end = 0, len(part.raw)
        found = _split(part, boundary, reading) if boundary else []
    if not found:
        guess = GUESSED.search(part.raw, part.start, min(part.end, part.start + GUESS_WITHIN))
        if guess:
            reading.notice("wrong_boundary")
            found = _split(part, guess.group(1), reading)
    return found


def _split(part: Part, boundary: bytes, reading: Reading) -> list[tuple[int, int]]:
    delimiter = b"--" + boundary.rstrip()
    segments: list[tuple[int, int]] = []
    open_at: int | None = None
    for at, after, closes in _delimiters(part, delimiter):
        if open_at is not None:
            segments.append((open_at, _without_line_break(part.raw, open_at, at)))
        open_at = None if closes else after
    if open_at is not None:
        reading.notice("unclosed_multipart")
        segments.append((open_at, part.end))
    return segments


def _delimiters(part: Part, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: its begin, what follows it, and whether it closes the multipart."""
    raw, position = part.raw, part.start
    for _ in range(MAX_DELIMITERS):
        at = raw.find(delimiter, position, part.end)
        if at == -1:
            return
        position = at + len(delimiter)
        if at > part.start and raw[at - 1] not in b"\r\n":
            continue
        match = DELIMITER_END.match(raw, position, part.end)
        if match:
            position = match.end()
            yield at, position, match.group(1) is not None


def _without_line_break(raw: bytes, start: int, end: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    return end
