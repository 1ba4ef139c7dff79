"""Texts in templates that stand outside `{% translate %}`."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

# Names and notations that are the same in every language.
NAMES = frozenset(
    "Steward PostgreSQL Django SMTP IMAP POP3 STARTTLS TLS SSL HTTP HTTPS DNS SPF DKIM DMARC TOTP CSV JSON HTML PDF "
    "API URL UTC CIDR Ctrl Alt Shift Enter Esc Tab Apache GDPR Kubernetes Docker".split()
)
_SHOWN = frozenset({"title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt", "label"})
_UNSPOKEN = frozenset({"kbd", "code", "script", "style", "samp", "svg"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENTITY = re.compile(r"&#?\w+;")
_PATH = re.compile(r"\w*:?[\w.-]*[/@][\w./@-]*|\w+\.(?:example|localhost|com|org)\b|(?<!\w)\.\w+|\b[A-Z]{9,}\b")
_LITERAL = re.compile(r"""(?<!_\()(["'])((?:(?!\1).)*)\1""")
_FORMAT = re.compile(r"""\|(date|time):(?!_\()(["'])((?:(?!\2).)*)\2""")
# For `datetime` attributes, identifiers and fields: read by programs.
_FOR_PROGRAMS = frozenset({"c", "U", "U-u", "Y-m-d", "H:i", "Y-m-d\\TH:i", "Y-m-d\\TH:i:s", "Ymd"})
# Not looked into: what is translated, comments, and blocks of attributes for the tag around them.
_BEGIN = re.compile(r"(?:blocktrans(?:late)?|comment)\b|block \w*attributes\b")
_MARKED = re.compile(r"(?:trans|translate|blocktrans|blocktranslate|plural|load|extends|url|static|comment)\b")


def in_template(source: str, name: str) -> Iterator[str]:
    """Texts, spoken attributes and literals in tags that go to the page as they are written."""
    reader = _Reader(name)
    closing = ""  # the tag that ends what is not looked into
    for token in Lexer(source).tokenize():
        words = token.contents
        if token.token_type == TokenType.BLOCK and (closing or _BEGIN.match(words)):
            closing = "" if closing and words.split()[0] == closing else closing or f"end{words.split()[0]}"
        elif closing:
            continue
        elif token.token_type == TokenType.TEXT:
            reader.read(words, token.lineno or 1)
        elif token.token_type in {TokenType.VAR, TokenType.BLOCK}:
            # Something stands here: `title="{{ x }}"` is an attribute with a value.
            mark = " " if token.token_type == TokenType.BLOCK else "\N{OBJECT REPLACEMENT CHARACTER}"
            reader.read(mark, token.lineno or 1)
            reader.found += [f"{name}:{token.lineno}: {text!r}" for text in _literals(token.token_type, words)]
    yield from reader.found


class _Reader(HTMLParser):
    """Fed piece by piece, as the template has it."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=False)
        self.name = name
        self.before = 0  # lines of the template that this parser has not seen: those of tags
        self.open: list[str] = []
        self.found: list[str] = []

    def read(self, piece: str, line: int) -> None:
        self.before = line - self.getpos()[0]
        self.feed(piece)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        self._look_at(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look_at(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not _UNSPOKEN.intersection(self.open):
            self._tell(data)

    def _look_at(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for attribute, value in attrs:
            is_button = tag == "input" and attribute == "value" and given.get("type") in {"submit", "button", "reset"}
            if attribute in _SHOWN or is_button or (attribute.startswith("data-") and _is_sentence(value or "")):
                self._tell(value or "")

    def _tell(self, text: str) -> None:
        if has_words(text):
            line = self.before + self.getpos()[0] + text[: len(text) - len(text.lstrip())].count("\n")
            self.found.append(f"{self.name}:{line}: {' '.join(text.split())!r}")


def has_words(text: str) -> bool:
    """Whether there is a word that is no name, address or key."""
    bare = _PATH.sub(" ", _ENTITY.sub(" ", text))
    return any(word not in NAMES for word in _WORD.findall(bare))


def _is_sentence(value: str) -> bool:
    return " " in value.strip() and value[:1].isupper()


def _literals(kind: TokenType, words: str) -> Iterator[str]:
    yield from (f"date in a fixed format: {match[3]}" for match in _FORMAT.finditer(words) if _is_fixed(match[3]))
    if kind == TokenType.BLOCK and _MARKED.match(words):
        return
    for match in _LITERAL.finditer(_FORMAT.sub("", words)):
        text = match[2]
        if (" " in text.strip() or text[:1].isupper()) and has_words(text):
            yield text


def _is_fixed(written: str) -> bool:
    """Names of Django's formats (`DATE_FORMAT`) follow the language."""
    return written not in _FOR_PROGRAMS and not written.endswith("_FORMAT")
