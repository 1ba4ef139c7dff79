"""What the database leaves out before words are looked for: patterns of `ILIKE` that find all of it, and more. Pure.

They never find less than `lib.redacting.pattern_of`, which decides: a letter that can be written in more than one way
is any letter here.
"""

from unicodedata import normalize

from steward.lib.redacting import NUMBERS
from steward.lib.sensitive import kind_of

# Letters that others are taken for without regard to case: dotless i, long s, the sigma at the end of a word.
_TAKEN_FOR = frozenset("iIsSıİſσςΣ")


def like(words: str) -> str:
    """What finds every text with these words, by the most telling one of them: lines break between words.

    The text is to be without `lib.redacting.UNSEEN`. Numbers are grouped in so many ways that every text may hold one.
    """
    if kind_of(words) in NUMBERS:
        return "%"
    return f"%{max(map(_any_way, normalize('NFC', words).split()), key=_certain)}%"


def _any_way(word: str) -> str:
    return "".join(map(_letter, word))


def _letter(letter: str) -> str:
    if letter in _TAKEN_FOR or letter.isdecimal():  # a digit is the same in the numerals of each script
        return "_"
    if letter in "\\%_":
        return f"\\{letter}"
    return letter if normalize("NFD", letter) == letter else "%"


def _certain(pattern: str) -> int:
    """How many letters of a pattern are certain."""
    return sum(each not in "%_\\" for each in pattern)
