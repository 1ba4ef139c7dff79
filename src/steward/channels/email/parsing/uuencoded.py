"""Files in a plain text between `begin` and `end` lines (POSIX uuencode), as mailers before MIME sent them."""

from __future__ import annotations

import re

from steward.channels.email.parsing.transfer import decode_uu_line

BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255}?)[ \t]*\r?$", re.M)
MAX_FILES = 200


def split_uuencoded(raw: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The text without its uuencoded files, and the files as (name, content). A `begin` without `end` stays text."""
    if b"begin " not in raw:
        return raw, []
    kept: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    position = 0
    while len(files) < MAX_FILES:
        match = BEGIN.search(raw, position)
        if match is None:
            break
        found = _read_file(raw, match.end())
        kept.append(raw[position : match.start() if found else match.end()])
        position = match.end()
        if found:
            content, position = found
            files.append((match.group(1), content))
    return b"".join([*kept, raw[position:]]), files


def _read_file(raw: bytes, position: int) -> tuple[bytes, int] | None:
    """Content and end of the file whose lines follow, or None when they are not uuencoded."""
    content = bytearray()
    position = raw.find(b"\n", position) + 1
    while position:
        end = raw.find(b"\n", position)
        line = raw[position : end if end != -1 else len(raw)].rstrip(b"\r")
        if line.rstrip() == b"end":
            return bytes(content), end + 1 if end != -1 else len(raw)
        decoded = decode_uu_line(line) if line.strip() else b""
        if decoded is None or end == -1:
            return None
        content += decoded
        position = end + 1
    return None
