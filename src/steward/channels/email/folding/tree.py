"""HTML as a flat run of tokens that knows its tree, and as the lines a reader sees.

The parser has been over it: elements are closed and nest. So a stretch of the message can be put into an element by
inserting tags, and nothing is ever moved, rewritten or lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

_TOKEN = re.compile(r'<(?P<end>/?)(?P<tag>[a-z0-9]+)(?P<attributes>(?:[^<>"]|"[^"]*")*)>|[^<]+|<')
_VOID = frozenset("br col hr img wbr".split())
_INLINE = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u "
    "var".split()
)
_CELLS = frozenset(["td", "th"])
TABLE_PARTS = _CELLS | {"table", "tbody", "thead", "tfoot", "tr", "caption", "colgroup"}
# What may not contain a block, so that a fold inside it has to part it.
PARTED = _INLINE | frozenset("p h1 h2 h3 h4 h5 h6 pre address dt summary".split())
PICTURE = "\N{OBJECT REPLACEMENT CHARACTER}"
_BLANK = re.compile(r"(?:\s|&nbsp;)*")
_KEEPS = re.compile(r"white-space:\s*(?:pre|break-spaces)")
_SPACED = frozenset("p pre h1 h2 h3 h4 h5 h6".split())
_RULE = "_" * 20


@dataclass(slots=True)
class Line:
    """What is read on one line, and the tokens that hold it: `start` up to, not including, `end`."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Tree:
    """Tokens; for each the opening token of the element it is in (-1: none); for opening tokens their close."""

    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)  # of elements; "/tag" where one closes, "" for text
    parents: list[int] = field(default_factory=list)
    closes: dict[int, int] = field(default_factory=dict)
    content: list[int] = field(default_factory=list)  # how many tokens before each one show something
    breaks: set[int] = field(default_factory=set)  # text tokens that end a line by a line end

    def shows(self, start: int, end: int) -> bool:
        """Say whether anything can be seen between two tokens."""
        return end > start and self.content[end] > self.content[start]

    def ancestors(self, index: int) -> Iterator[int]:
        """Yield the opening tokens around a token, innermost first."""
        while (index := self.parents[index]) >= 0:
            yield index


def read_tree(html: str) -> Tree:
    """Read HTML as the sanitiser writes it."""
    tree = Tree()
    opened: list[int] = []
    shown = 0
    for token, tag, is_break in _tokens(html):
        if tag.startswith("/") and opened:
            tree.closes[opened.pop()] = len(tree.tokens)
        tree.parents.append(opened[-1] if opened else -1)
        tree.content.append(shown)
        if tag and not tag.startswith("/") and tag not in _VOID:
            opened.append(len(tree.tokens))
        shown += tag in ("img", "hr") or (not tag and not _BLANK.fullmatch(token))
        if is_break:
            tree.breaks.add(len(tree.tokens))
        tree.tokens.append(token)
        tree.tags.append(tag)
    tree.content.append(shown)
    return tree


def _tokens(html: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (token, tag, whether it ends a line). Text whose line ends count is parted at them."""
    kept = [False]  # for each open element, whether line ends count
    for match in _TOKEN.finditer(html):
        tag = match["tag"]
        if not tag:
            parts = match[0].split("\n") if kept[-1] else [match[0]]
            yield from ((f"{part}\n", "", True) for part in parts[:-1])
            yield parts[-1], "", False
        elif match["end"]:
            if len(kept) > 1:
                kept.pop()
            yield match[0], f"/{tag}", False
        else:
            if tag not in _VOID:
                kept.append(kept[-1] or tag == "pre" or _KEEPS.search(match["attributes"]) is not None)
            yield match[0], tag, False


def read_lines(tree: Tree) -> list[Line]:
    """Return the lines a reader sees; a picture reads as one character, a ruled line as underscores."""
    lines: list[Line] = []
    text: list[str] = []
    start = end = -1

    def finish(*, blank: bool = False) -> None:
        nonlocal start
        if line := " ".join(unescape("".join(text)).split()):
            lines.append(Line(line, start, end))
        elif lines and lines[-1].text and (blank or text):
            lines.append(Line("", -1, -1))
        text.clear()
        start = -1

    for index, tag in enumerate(tree.tags):
        if tag in ("", "img"):
            token = PICTURE if tag else tree.tokens[index]
            if tag or not _BLANK.fullmatch(token):
                start, end = (index if start < 0 else start), index + 1
            text.append(token)
            if index in tree.breaks:
                finish(blank=True)
        elif tag in _CELLS:
            text.append(" ")
        elif tag == "hr":
            finish()
            lines.append(Line(_RULE, index, index + 1))
        elif tag == "br":
            finish(blank=True)
        elif tag.lstrip("/") not in _INLINE:
            finish()
            if tag.lstrip("/") in _SPACED:
                finish(blank=True)
    finish()
    return lines
