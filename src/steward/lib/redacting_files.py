"""Making words unreadable in files whose words we can read: texts, tables, HTML, mails. Pure.

Bytes that hold none of the words stay as they are, to the last of them.
"""

import codecs
import re
from collections.abc import Iterator
from enum import StrEnum

from steward.lib.html.redacting import redact_html
from steward.lib.redacting import MARK, redacted

PLAIN_MARK = "######"  # where the file's alphabet has no block
LONGEST = 20 * 2**20  # bytes of a file that is looked into


class Form(StrEnum):
    """How a file is to be read."""

    TEXT = "text"
    FOLDED = "folded"  # calendars and cards: a line that begins with a blank continues the one before it
    HTML = "html"
    MAIL = "mail"


class NotRewritten(ValueError):
    """The words are in there still, or it cannot be told: nobody can read all of it."""


_BY_ENDING = {
    Form.TEXT: "txt text csv tsv log json md ini conf cfg yaml yml srt sql sh py js css tex properties".split(),
    Form.FOLDED: "ics vcf vcs ifb".split(),
    Form.HTML: "html htm xhtml xml svg rss atom".split(),
    Form.MAIL: "eml".split(),
}
_OF_ENDING = {ending: form for form, endings in _BY_ENDING.items() for ending in endings}
_OF_TYPE = {
    "text/html": Form.HTML, "application/xhtml+xml": Form.HTML, "application/xml": Form.HTML, "text/xml": Form.HTML,
    "image/svg+xml": Form.HTML, "message/rfc822": Form.MAIL, "message/global": Form.MAIL,
    "text/calendar": Form.FOLDED, "text/vcard": Form.FOLDED, "text/x-vcard": Form.FOLDED, "text/directory": Form.FOLDED,
    "application/json": Form.TEXT, "application/csv": Form.TEXT, "application/sql": Form.TEXT,
    "application/yaml": Form.TEXT, "application/x-yaml": Form.TEXT, "application/javascript": Form.TEXT,
}  # fmt: skip
_RICH = frozenset({"text/rtf", "text/richtext"})  # words there are cut up by what dresses them


def form_of(content_type: str, name: str) -> Form | None:
    """How a file can be read by what it says it is; None for those whose words we cannot reach."""
    content_type = content_type.split(";")[0].strip().lower()
    if content_type in _RICH or name.lower().endswith(".rtf"):
        return None
    by_name = _OF_ENDING.get(name.rpartition(".")[2].lower()) if "." in name else None
    by_type = _OF_TYPE.get(content_type)
    if by_type is None and content_type.startswith("text/"):
        return by_name or Form.TEXT
    return by_type or (by_name if content_type in {"", "application/octet-stream"} else None)


def redacted_text(content: bytes, form: Form, pattern: "re.Pattern[str]", *, charset: str = "") -> bytes | None:
    """The bytes with marks in place of what the pattern finds, in the alphabet they were written in; None for nothing.

    Each alphabet in which the bytes make sense is tried: what is declared is often wrong. Raises `NotRewritten`.
    """
    before = content
    for codec in _alphabets(content, charset):
        try:
            text = content.decode(codec)
        except (UnicodeError, LookupError):
            continue
        content = _encoded(_rewritten(text, form, pattern), codec) or content
    return None if content == before else content


def _alphabets(content: bytes, charset: str) -> Iterator[str]:
    marked = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    yield from (codec for mark, codec in marked.items() if content.startswith(mark))
    yield "utf-8"  # what is valid there is hardly ever anything else, whatever it claims
    if charset and _is_text(charset):
        yield charset
    yield from ("cp1252", "latin-1")


def _is_text(charset: str) -> bool:
    try:
        return codecs.lookup(charset)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _rewritten(text: str, form: Form, pattern: "re.Pattern[str]") -> str | None:
    if form is Form.HTML:
        # Once more as it stands: scripts, comments and what is no attribute of ours.
        html, in_html = redact_html(text, pattern)
        text, in_rest = redacted(html, pattern)
        return text if in_html or in_rest else None
    if form is Form.FOLDED and pattern.search(unfolded := _FOLD.sub("", text)):
        text = unfolded
    text, found = redacted(text, pattern)
    return text if found else None


_FOLD = re.compile(r"\r?\n[ \t]")


def _encoded(text: str | None, codec: str) -> bytes | None:
    if text is None:
        return None
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return text.replace(MARK, PLAIN_MARK).encode(codec, "replace")
