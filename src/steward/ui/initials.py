"""Stand-ins for a face: one or two letters of a name, and a tint that stays the same for the same person."""

import unicodedata
from zlib import crc32

TINTS = 5
# Scripts in which a second letter misleads: it would join the first (Arabic), or spaces split no names (CJK, Thai).
SINGLE_LETTER_SCRIPTS = ("ARABIC", "SYRIAC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")


def initials(name: str) -> str:
    """One or two letters for `name` (of a person or, failing that, an e-mail address); `?` when it has no letter."""
    spoken = name.split("@", 1)[0].replace(".", " ") if "@" in name and " " not in name.strip() else name
    letters = [letter for word in spoken.split() if (letter := _first_letter(word))]
    if not letters:
        return "?"
    if len(letters) == 1 or _stands_alone(letters[0]) or _stands_alone(letters[-1]):
        return letters[0]
    return letters[0] + letters[-1]


def tint(key: str) -> int:
    """A number from 1 to `TINTS`, the same for the same `key` in every process and release."""
    return crc32(key.strip().casefold().encode()) % TINTS + 1


def _first_letter(word: str) -> str:
    """The first letter or digit of `word` with the marks that belong to it, in upper case where that is one letter."""
    composed = unicodedata.normalize("NFC", word)
    for position, character in enumerate(composed):
        if character.isalnum():
            marks = _leading_marks(composed[position + 1 :])
            upper = character.upper()
            return (upper if len(upper) == 1 else character) + marks
    return ""


def _leading_marks(rest: str) -> str:
    end = 0
    while end < len(rest) and unicodedata.category(rest[end]) in {"Mn", "Mc"}:
        end += 1
    return rest[:end]


def _stands_alone(letter: str) -> bool:
    return unicodedata.name(letter[0], "").startswith(SINGLE_LETTER_SCRIPTS)
