"""Folding plain text."""

from collections.abc import Iterator
from itertools import groupby

from steward.channels.email.folding import lines as reading
from steward.channels.email.folding.folded import FOLD_CLOSE, FOLD_OPEN, Folded
from steward.channels.email.folding.pieces import folds, part
from steward.lib.html import text_to_html


def fold_text(text: str) -> Folded:
    """Fold the quoted history and the signature of a plain-text message. Linear in the length of the text.

    If nothing would be left to see, nothing is folded.
    """
    lines = _lines(text)
    pieces = part(lines)
    runs: list[tuple[bool, str]] = []
    for folded, run in groupby(zip(folds(pieces), pieces, strict=True), key=lambda pair: pair[0]):
        runs.append((folded, "\n".join("\n".join(lines[piece.start : piece.end]) for _, piece in run)))
    visible = "\n".join(run for folded, run in runs if not folded).strip("\n")
    if not visible.strip():
        return Folded(visible=text.replace("\0", "").strip("\r\n"), html=text_to_html(text))
    return Folded(visible=visible, html="".join(_markup(runs)))


def _lines(text: str) -> list[str]:
    """Part the text into lines, and an attribution from the words it was put behind, if a quotation follows."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    parted: list[str] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        shared = reading.split_shared(line) if reading.is_quoted(after) and not reading.is_quoted(line) else None
        parted += shared or (line,)
    return parted


def _markup(runs: list[tuple[bool, str]]) -> Iterator[str]:
    for folded, text in runs:
        html = text_to_html(text)
        yield f"{FOLD_OPEN}{html}{FOLD_CLOSE}" if folded and html else html
