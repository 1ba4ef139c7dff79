"""The order of names in lists, as the alphabet of a language has it.

The database sorts by code point, so that `Łucja` comes after `Zoe`; its build has no ICU. Lists that one chooses from
(agents, departments, tags) are short, so they are sorted here; long ones are sorted by time.
"""

import re
import unicodedata

from django.utils.translation import get_language

from steward.lib.fold import fold

_NUMBER = re.compile(r"\d+")
_AFTER = "\U0010fffe"  # after every letter
_TONES = re.compile(
    "[\u0300\u0301\u0303\u0309\u0323]"
)  # Vietnamese: they decide only between words that are else equal
# Letters that are no accented forms of another but stand behind it, in their order (Unicode CLDR, collation).
_LETTERS = {
    "da": {"z": "æøå"},
    "lv": dict(zip("cgklnsz", "čģķļņšž", strict=True)),
    "pl": {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "źż"},
    "vi": {"a": "ăâ", "d": "đ", "e": "ê", "o": "ôơ", "u": "ư"},
}
_SAME = {
    "da": str.maketrans({"ä": "æ", "ö": "ø", "ü": "y"}),
    "lv": str.maketrans({"y": "i"}),
}
_WEIGHTS = {
    language: {
        ord(letter): f"{base}{_AFTER}{place}"
        for base, letters in letters_after.items()
        for place, letter in enumerate(letters)
    }
    for language, letters_after in _LETTERS.items()
}


def alphabetical(name: str, language: str | None = None) -> tuple[str, str]:
    """A key to sort names by, in the language given or in force; `2nd line` comes before `10th line`."""
    language = language or get_language() or "en"
    folded = unicodedata.normalize("NFC", name.casefold().strip())
    if language == "vi":
        folded = unicodedata.normalize("NFC", _TONES.sub("", unicodedata.normalize("NFD", folded)))
    if language == "da":
        folded = folded.replace("aa", "å")
    folded = folded.translate(_SAME.get(language, {})).translate(_WEIGHTS.get(language, {}))
    return _NUMBER.sub(lambda number: number[0].zfill(12), fold(folded)), name
