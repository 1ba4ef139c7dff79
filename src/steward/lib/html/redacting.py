"""Making words unreadable in sanitised HTML: also where markup runs through them, and in addresses of links."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape, unescape
from urllib.parse import unquote

from steward.lib.redacting import MARK

_TOKEN = re.compile(r'<(?P<end>/?)(?P<tag>[a-zA-Z0-9]+)(?P<attributes>(?:[^<>"]|"[^"]*")*)>|(?P<text>[^<]+)|<')
_ATTRIBUTE = re.compile(r"""(\s[\w:-]+\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# Between these, words of one line go on.
_INLINE = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u "
    "var wbr".split()
)


def redact_html(html: str, pattern: "re.Pattern[str]") -> tuple[str, Sequence[str]]:
    """The HTML with marks in place of what the pattern finds in its text, and what stood there.

    `html` as a sanitiser returned it, and the answer is to be sanitised again; of other HTML what is found in comments
    and scripts stays. Attributes with the words become empty.
    """
    pieces = [_Piece(match) for match in _TOKEN.finditer(html)]
    texts = [piece for piece in pieces if piece.is_text]
    text = "".join(piece.text if piece.is_text else "" if piece.tag in _INLINE else "\n" for piece in pieces)
    starts = list(_starts(pieces))
    matches = list(pattern.finditer(text))
    # From the last to the first: so what stands before a match keeps its place.
    for match in reversed(matches):
        _blot(texts, starts, *match.span())
    found = [match[0] for match in matches]
    found += [words for piece in pieces if not piece.is_text for words in piece.clear_attributes(pattern)]
    return ("".join(piece.markup for piece in pieces), found) if found else (html, [])


def label_marks(html: str, label: str) -> str:
    """Sanitised HTML in which each mark in the text says what it is: to who hears the page, and who points at it."""
    said = escape(label)
    # The only markup that is added to what a sanitiser returned: one fixed element around a fixed text.
    marked = f'<span class="redacted" role="img" aria-label="{said}" title="{said}">{MARK}</span>'
    return "".join(
        match[0].replace(MARK, marked) if match["text"] is not None else match[0] for match in _TOKEN.finditer(html)
    )


def _starts(pieces: "Sequence[_Piece]") -> Iterator[int]:
    """Where each stretch of text begins in the text of them all."""
    at = 0
    for piece in pieces:
        if piece.is_text:
            yield at
            at += len(piece.text)
        elif piece.tag not in _INLINE:
            at += 1


class _Piece:
    """A stretch of text, or a tag."""

    def __init__(self, match: "re.Match[str]") -> None:
        self.is_text = match["text"] is not None
        self.tag = (match["tag"] or "").lower()
        self.markup = match[0]
        self.text = _read(match[0]) if self.is_text else ""

    def write(self, text: str) -> None:
        self.text = text
        self.markup = escape(text, quote=False).replace("\u00a0", "&nbsp;")

    def clear_attributes(self, pattern: "re.Pattern[str]") -> list[str]:
        found: list[str] = []

        def cleared(attribute: "re.Match[str]") -> str:
            value = unescape(next(filter(None, attribute.groups()[1:]), ""))
            says = [match[0] for form in (value, unquote(value)) for match in pattern.finditer(form)]
            found.extend(says)
            return f'{attribute[1]}""' if says else attribute[0]

        self.markup = _ATTRIBUTE.sub(cleared, self.markup)
        return found


def _read(markup: str) -> str:
    """`unescape`, without asking for each of the few references that a sanitiser writes."""
    if "&" not in markup:
        return markup
    text = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&nbsp;", "\u00a0")
    return unescape(markup) if "&" in text.replace("&amp;", "") else text.replace("&amp;", "&")


def _blot(texts: Sequence[_Piece], starts: Sequence[int], start: int, end: int) -> None:
    """Put one mark where the match begins, and take the rest of it out of the stretches it runs through."""
    number, mark = bisect_right(starts, start) - 1, MARK
    while number < len(texts) and starts[number] < end:
        piece, at = texts[number], starts[number]
        first, last = max(start - at, 0), end - at
        if first < len(piece.text):
            piece.write(piece.text[:first] + mark + piece.text[last:])
            mark = ""
        number += 1
