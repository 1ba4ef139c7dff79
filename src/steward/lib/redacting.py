"""Words that are to be made unreadable wherever they stand. Pure.

What is looked for is the words, not a place: a quoted copy breaks lines elsewhere, and somebody wrote the number of
the same card with dashes.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import normalize

from steward.lib.digits import in_any_script
from steward.lib.sensitive import Kind, kind_of

MARK = "\u2588" * 6  # always as long: the length of what stood there would say something about it
SHORTEST = 3  # letters or digits: less stands everywhere

# What nobody sees: places where a word may be broken, and the same where it may not.
UNSEEN = "\u00ad\u200b\u2060\ufeff"
_SOFT = f"[{UNSEEN}]*"
_WITHOUT = str.maketrans("", "", UNSEEN)
# What stands between words, also where a line of a quotation ends: `> ` begins the next one.
_APART = f"[\\s>|{UNSEEN}]{{1,12}}"
_WITHIN = f"[\\s>|./(){UNSEEN}\u2010-\u2015-]{{0,12}}"  # the same, or nothing, between the digits of numbers
NUMBERS = frozenset({Kind.CARD, Kind.IBAN, Kind.PHONE, Kind.IDENTITY})
# Letters of scripts that put spaces between words: there a name is not looked for inside a longer word.
LETTER = "[^\\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
_IS_LETTER = re.compile(LETTER)


class TooShort(ValueError):
    """The words are so few letters that much else would go with them."""


def widened(text: str, start: int, end: int) -> str:
    """`text[start:end]` without blanks at its ends, and with the whole of the words it begins and ends in."""
    chosen = text[start:end]
    start, end = start + len(chosen) - len(chosen.lstrip()), end - len(chosen) + len(chosen.rstrip())
    while start < end and start > 0 and _IS_LETTER.match(text[start - 1]) and _IS_LETTER.match(text[start]):
        start -= 1
    while start < end < len(text) and _IS_LETTER.match(text[end]) and _IS_LETTER.match(text[end - 1]):
        end += 1
    return text[start:end]


def pattern_of(words: Iterable[str]) -> "re.Pattern[str]":
    """What finds any of the words, however they are broken into lines. Raises `TooShort`."""
    # The longest first: one may be a part of another.
    found = sorted({" ".join(each.translate(_WITHOUT).split()) for each in words}, key=len, reverse=True)
    if not found or any(sum(map(str.isalnum, each)) < SHORTEST for each in found):
        raise TooShort("at least three letters or digits")
    return re.compile("|".join(map(_pattern, found)), re.IGNORECASE)


def _pattern(words: str) -> str:
    if kind_of(words) in NUMBERS:
        body = _WITHIN.join(map(_letter, filter(str.isalnum, words)))
        return f"(?<!{LETTER}){body}(?!{LETTER})"
    body = _APART.join(_SOFT.join(map(_letter, word)) for word in normalize("NFC", words).split())
    before = f"(?<!{LETTER})" if _IS_LETTER.match(words[0]) else ""
    after = f"(?!{LETTER})" if _IS_LETTER.match(words[-1]) else ""
    return f"{before}{body}{after}"


@lru_cache(maxsize=1024)
def _letter(letter: str) -> str:
    """One letter however it is written: digits in the numerals of each script, accents in the letter or after it."""
    if letter.isdecimal():
        return in_any_script(letter)
    apart = normalize("NFD", letter)
    return re.escape(letter) if apart == letter else f"(?:{re.escape(letter)}|{re.escape(apart)})"


def redacted(text: str, pattern: "re.Pattern[str]") -> tuple[str, Sequence[str]]:
    """The text with marks in place of what the pattern finds, and what stood there."""
    found = [match[0] for match in pattern.finditer(text)]
    return (pattern.sub(MARK, text), found) if found else (text, [])
