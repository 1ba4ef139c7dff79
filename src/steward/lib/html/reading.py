"""HTML to readable text.

The parser first reduces the markup to the few elements that matter here; what it writes is well formed, so that one
pass over its tokens is enough and is linear.
"""

import re
from html import unescape

import nh3

from steward.lib.html.bounding import bounded
from steward.lib.html.profiles import NEVER

_LINES = frozenset(
    "address article aside caption center dd details div dl dt figcaption figure footer form header hr main nav "
    "section summary tr li".split()
)
_PARAGRAPHS = frozenset("blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul".split())
_CELLS = frozenset(["td", "th"])
_READER = nh3.Cleaner(
    tags=_LINES | _PARAGRAPHS | _CELLS | {"a", "br", "img", "tbody", "thead", "tfoot"},
    clean_content_tags=NEVER,
    attributes={"a": {"href"}, "img": {"alt"}},
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel=None,
)
_TOKEN = re.compile(r'<(?P<end>/?)(?P<tag>[a-z0-9]+)(?P<attributes>(?:[^<>"]|"[^"]*")*)>|(?P<text>[^<]+)|<')
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_VALUE = re.compile(r'(?:href|alt)="([^"]*)"')
_DEEPEST_QUOTE = 8


def html_to_text(html: str, *, links: bool = True, quotes: bool = False) -> str:
    """Return the text of HTML as one would read it aloud: blocks on lines, lists marked, white space collapsed.

    With `links`, a link whose text is not its address is followed by `<address>`. With `quotes`, lines of a
    blockquote start with `> `. Takes any string; linear time.
    """
    writer = _Writer(links=links, quotes=quotes)
    for token in _TOKEN.finditer(_READER.clean(bounded(html))):
        if text := token["text"]:
            writer.text(unescape(text))
        elif not token["tag"]:
            writer.text("<")
        elif token["end"]:
            writer.close(token["tag"])
        else:
            writer.open(token["tag"], token["attributes"])
    return writer.result()


class _Writer:
    """Collects lines. `_gap` is how many line ends are owed before the next text."""

    def __init__(self, *, links: bool, quotes: bool) -> None:
        self._links, self._quotes = links, quotes
        self._lines: list[str] = []
        self._line: list[str] = []
        self._gap = 0
        self._pre = self._depth = 0
        self._lists: list[int] = []
        self._address = ""
        self._label: list[str] | None = None

    def text(self, text: str) -> None:
        if self._pre:
            first, *rest = text.replace("\r", "").split("\n")
            self._write(first)
            for line in rest:
                self._flush()
                self._write(line)
        else:
            self._write(_SPACE.sub(" ", text))

    def open(self, tag: str, attributes: str) -> None:
        value = unescape(match[1]) if (match := _VALUE.search(attributes)) else ""
        if tag == "br":
            self._flush()
        elif tag == "img":
            self._write(_SPACE.sub(" ", value))
        elif tag == "a":
            self._address, self._label = value, []
        elif tag in _CELLS:
            self._write(" ")
        else:
            self._open_block(tag)

    def close(self, tag: str) -> None:
        if tag == "a":
            self._close_link()
        elif tag in _LINES or tag in _PARAGRAPHS:
            self._owe(2 if tag in _PARAGRAPHS and not (tag in ("ol", "ul") and len(self._lists) > 1) else 1)
            self._pre -= tag == "pre"
            self._depth -= tag == "blockquote"
            if tag in ("ol", "ul") and self._lists:
                self._lists.pop()

    def result(self) -> str:
        self._flush()
        return "\n".join(self._lines).strip("\n")

    def _open_block(self, tag: str) -> None:
        nested = tag in ("ol", "ul") and self._lists
        self._owe(2 if tag in _PARAGRAPHS and not nested else 1 if tag in _LINES else 0)
        self._pre += tag == "pre"
        self._depth += tag == "blockquote"
        if tag in ("ol", "ul"):
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._write(self._bullet())

    def _bullet(self) -> str:
        if not self._lists or not (number := self._lists[-1]):
            return "- "
        self._lists[-1] += 1
        return f"{number}. "

    def _close_link(self) -> None:
        label, self._label = self._label, None
        if self._links and label and self._address and _bare("".join(label)) != _bare(self._address):
            self._write(f" <{self._address}>")

    def _owe(self, lines: int) -> None:
        if self._line:
            self._flush()
        self._gap = max(self._gap, lines)

    def _write(self, text: str) -> None:
        if not text or (not self._line and text.isspace() and not self._pre):
            return
        if not self._line and self._gap > 1 and self._lines and self._lines[-1]:
            self._lines.append("")
        self._gap = 0
        self._line.append(text)
        if self._label is not None:
            self._label.append(text)

    def _flush(self) -> None:
        line = "".join(self._line)
        line = line.rstrip() if self._pre else _SPACE.sub(" ", line).strip()
        line = line.replace("\u00a0", " ").rstrip()
        if self._quotes and self._depth:
            line = f"{'> ' * min(self._depth, _DEEPEST_QUOTE)}{line}".rstrip()
        if line or (self._lines and self._lines[-1]):
            self._lines.append(line)
        self._line = []


def _bare(address: str) -> str:
    address = address.strip().lower().removeprefix("mailto:").removeprefix("tel:")
    return address.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
