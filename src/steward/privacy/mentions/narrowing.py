"""What the database leaves out before words are looked for: patterns of `LIKE` that find all of it, and more. Pure.

They never find less than `lib.redacting.pattern_of`, which decides: a letter that can be written in more than one way
is any letter here.
"""

from unicodedata import normalize

from steward.lib.redacting import NUMBERS
from steward.lib.sensitive import kind_of

# Letters that others are taken for without regard to case: dotless i, long s, the sigma at the end of a word.
_TAKEN_FOR = frozenset("iIsSıİſσςΣ")


def like(words: str, *, is_ascii_alone: bool = False) -> str:
    """What finds every text with these words, by the most telling one of them: lines break between words.

    The text is to be in lower case (of which a database may know ASCII alone) and without `lib.redacting.UNSEEN`.
    Numbers are grouped in so many ways that every text may hold one.
    """
    if kind_of(words) in NUMBERS:
        return "%"
    each = ("".join(_letter(one, is_ascii_alone) for one in word) for word in normalize("NFC", words).split())
    return f"%{max(each, key=_certain)}%"


def _letter(letter: str, is_ascii_alone: bool) -> str:
    if normalize("NFD", letter) != letter or len(letter.lower()) > 1:
        return "%"
    if letter in _TAKEN_FOR or letter.isdecimal():  # a digit is the same in the numerals of each script
        return "_"
    if letter in "\\%_":
        return f"\\{letter}"
    return "_" if is_ascii_alone and not letter.isascii() and letter.upper() != letter.lower() else letter.lower()


def _certain(pattern: str) -> int:
    """How many letters of a pattern are certain."""
    return sum(each not in "%_\\" for each in pattern)
