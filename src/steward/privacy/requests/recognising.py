"""Whether a mail plainly asks for a right over one's data: fixed phrases in its subject and first lines. Pure.

Nothing is guessed and nobody else is asked: the same words give the same answer each time. It opens nothing, it is
shown to whoever reads the ticket. A miss harms nobody who reads their mail, so that rare wordings are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from steward.lib.fold import fold
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.rights import ARTICLE, ARTICLE_BEHIND, ARTICLES, LAWS, PHRASES

Type = PrivacyRequest.Type

_LINES, _LETTERS = 12, 1200  # of the text that are looked at: below stand signatures and what is quoted
_WORD = re.compile(r"[^\W_]+")
_BEGIN = 3  # letters by which phrases are found


def right_in(subject: str, text: str) -> Type | None:
    """Which right the words ask for: that of the first phrase in them; `UNSAID` if only the law is named."""
    words = " ".join(_WORD.findall(fold(f"{subject[:_LETTERS]}\n{_first_lines(text)}")))
    return _by_phrase(words) or _by_article(words)


def _first_lines(text: str) -> str:
    """What was written now, as far as one sees it: lines that are quoted do not count."""
    lines = (line for line in text[: 4 * _LETTERS].splitlines() if line.strip() and not line.lstrip().startswith(">"))
    return "\n".join(line for line, _number in zip(lines, range(_LINES), strict=False))[:_LETTERS]


def _by_phrase(words: str) -> Type | None:
    for word in re.finditer(r"\S+", words):
        for pattern, type_ in _PATTERNS.get(word.group()[:_BEGIN], ()):
            if pattern.match(words, word.start()):
                return type_
    return None


def _by_article(words: str) -> Type | None:
    if not _LAW.search(words):
        return None
    found = _ARTICLE.search(words)
    return ARTICLES[int(found[1] or found[2])] if found else None


def _pattern(phrase: str) -> str:
    """The regular expression of a phrase: from the beginning of a word to the end of one."""
    parts = [r"(?:\S+ ){0,3}" if part == "*" else f"{_one_of(part)} " for part in fold(phrase).split()]
    return "".join(parts).rstrip() + r"(?!\S)"


def _one_of(part: str) -> str:
    words = (re.escape(word.removesuffix("~")) + (r"\S*" if word.endswith("~") else "") for word in part.split("|"))
    return f"(?:{'|'.join(words)})"


def _beginnings(phrase: str) -> Iterator[str]:
    yield from {word.removesuffix("~")[:_BEGIN] for word in fold(phrase).split()[0].split("|")}


def _compiled() -> Mapping[str, list[tuple[re.Pattern[str], Type]]]:
    patterns: defaultdict[str, list[tuple[re.Pattern[str], Type]]] = defaultdict(list)
    for type_, phrases in PHRASES.items():
        for phrase in phrases:
            for begin in _beginnings(phrase):
                patterns[begin].append((re.compile(_pattern(phrase)), type_))
    return patterns


def _any(phrases: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(_pattern(phrase) for phrase in phrases)})"


_PATTERNS = _compiled()
_LAW = re.compile(rf"(?<!\S){_any(LAWS)}")
_ARTICLE = re.compile(rf"(?<!\S)(?:{_any(ARTICLE)} (1[5-9]|2[0-2])(?!\d)|(1[5-9]|2[0-2]) {_any(ARTICLE_BEHIND)})")
