"""Encoded words in header text (RFC 2047), also the broken ones that mailers really send."""

from __future__ import annotations

import binascii
import re
from itertools import groupby

from steward.channels.email.parsing.charsets import codec_of, decode, storable
from steward.channels.email.parsing.transfer import decode_base64

# The text may hold spaces, and `?=` ends a word only when it is not the begin of one more escape (`Why?=20me`).
# A word that was cut off at the end of the field is still read.
WORD = re.compile(r"=\?([\w.:+-]{1,40}(?:\*[\w-]*)?)\?([bBqQ])\?(.*?)(?:\?=(?![0-9A-F]{2}[^?]*\?=)|\Z)", re.S)


def decode_words(text: str, *, hint: str = "") -> str:
    """Header text with its encoded words decoded, white space between two of them dropped, clean for storing."""
    if "=?" not in text:
        return storable(text)
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    end = 0
    for match in WORD.finditer(text):
        between = text[end : match.start()]
        if between.strip() or not run:
            out.append(_decode_run(run, hint))
            out.append(between)
            run = []
        run.append((match.group(1).split("*")[0].lower(), match.group(2).lower(), match.group(3)))
        end = match.end()
    out.append(_decode_run(run, hint))
    out.append(text[end:])
    return storable("".join(out))


def _decode_run(run: list[tuple[str, str, str]], hint: str) -> str:
    """Adjacent words: bytes of one charset are joined before decoding, for mailers cut characters in two."""
    return "".join(
        _decode_alike(charset, [(encoding, content) for _, encoding, content in words], hint)
        for charset, words in groupby(run, key=lambda word: word[0])
    )


def _decode_alike(charset: str, words: list[tuple[str, str]], hint: str) -> str:
    joined = b"".join(
        _content_bytes(encoding, [content for _, content in group])
        for encoding, group in groupby(words, key=lambda word: word[0])
    )
    if codec_of(charset) is None:
        charset = hint
    return decode(joined, charset, hint=hint)[0]


def _content_bytes(encoding: str, contents: list[str]) -> bytes:
    if encoding == "q":
        return b"".join(_decode_q(content) for content in contents)
    return b"".join(decode_base64(piece.encode("ascii", "ignore")) for piece in _whole_quanta(contents))


def _whole_quanta(contents: list[str]) -> list[str]:
    """Join base64 that was cut in the middle of a quantum with what follows it."""
    pieces: list[str] = []
    open_piece = ""
    for content in contents:
        open_piece += "".join(content.split())
        if open_piece.endswith("=") or len(open_piece) % 4 == 0:
            pieces.append(open_piece)
            open_piece = ""
    return [*pieces, open_piece] if open_piece else pieces


def _decode_q(content: str) -> bytes:
    raw = content.encode("utf-8", "surrogateescape")
    return binascii.a2b_qp(raw, header=True)
