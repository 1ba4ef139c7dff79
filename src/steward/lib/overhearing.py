"""Standing in for a pattern, to hear which texts it is asked about and what it finds there. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import cast

from steward.lib.redacting import LETTER

_WITHIN_A_WORD = re.compile(f"(?<={LETTER})(?={LETTER})")

Hear = Callable[[str, list[str]], object]
"""Called with each text that is looked through, and with what is found in it, as it stands there."""


class _Overhearing:
    def __init__(self, pattern: "re.Pattern[str]", hear: Hear) -> None:
        self._pattern, self._hear = pattern, hear

    def finditer(self, text: str) -> Iterator["re.Match[str]"]:
        matches = list(self._pattern.finditer(text))
        self._hear(text, [match[0] for match in matches])
        return iter(matches)

    def search(self, text: str) -> "re.Match[str] | None":
        return next(self.finditer(text), None)

    def sub(self, mark: str, text: str) -> str:
        return self._pattern.sub(mark, text)


def overheard(pattern: "re.Pattern[str]", hear: Hear) -> "re.Pattern[str]":
    """A pattern that finds the same, for everything in `lib` that rewrites: `finditer`, `search` and `sub`."""
    return cast("re.Pattern[str]", _Overhearing(pattern, hear))


def stretches(text: str, length: int) -> Iterator[str]:
    """Every stretch of so many characters that begins and ends where words do: nothing else is ever redacted."""
    inside = {match.start() for match in _WITHIN_A_WORD.finditer(text)}
    for start in range(len(text) - length + 1):
        if start not in inside and start + length not in inside:
            yield text[start : start + length]
