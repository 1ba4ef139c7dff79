"""Folding of text for search: the same form for what is stored and for what is asked.

PostgreSQL's `simple` configuration knows nothing of accents, Arabic letter forms or scripts written without spaces,
and the embedded build has no ICU; so the folding is done here and `to_tsvector('simple', ...)` only splits words.
"""

import re
import unicodedata

# tsvector refuses more than 1 MiB of lexemes; indexing must never fail a message, so text is cut far below.
LONGEST_TEXT = 200_000

_SPECIAL = str.maketrans(
    {
        "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "þ": "th", "ð": "d", "ħ": "h",
        "’": "'", "‘": "'", "ʼ": "'",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": "", "ک": "ك", "ی": "ي",
    }
)  # fmt: skip
# Latin, Hebrew and Arabic marks; not the Japanese voicing marks, which change the letter.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f\uac00-\ud7af\U00020000-\U0002ffff]+"
)
_WORDS = re.compile(r"[^\W_]+")  # PostgreSQL's parser takes the underscore for a space, and so do we
_SEPARATOR = re.compile(r"[@/:?&=#]+")  # what stands between the compounds of an address: eli, example.org
_COMPOUND = re.compile(r"[^\s<>\"'()\[\]{},;|]+")


def fold(text: str) -> str:
    """Lower-case, without accents, unspaced scripts as bigrams."""
    if text.isascii():
        return text.casefold()
    # Case after compatibility: letters such as U+1D56C become capitals only by it.
    text = unicodedata.normalize("NFKD", text).casefold().translate(_SPECIAL)
    return _UNSPACED.sub(_bigrams, unicodedata.normalize("NFC", _MARKS.sub("", text)))


def _bigrams(match: re.Match[str]) -> str:
    run = match.group()
    if len(run) == 1:
        return f" {run} "
    return " " + " ".join(run[i : i + 2] for i in range(len(run) - 1)) + " "


def words_for_index(*texts: str) -> str:
    """The folded words of the texts, space separated, cut at `LONGEST_TEXT` characters.

    PostgreSQL's own parser keeps `name@example.org` or `foo.com/a` as one word and turns `NW-1234` into `nw` and
    `-1234`; here each compound stands apart in its parts as well as joined, so that either can be searched for, and
    so does the host name in an address.
    """
    folded = fold(" ".join(text[:LONGEST_TEXT] for text in texts if text))[:LONGEST_TEXT]
    parts = _WORDS.findall(folded)
    # Each once: quotations say the same again and again.
    wholes = [whole for whole in dict.fromkeys(_COMPOUND.findall(folded)) if not whole.isalnum()]
    compounds = (part for whole in wholes for part in dict.fromkeys((whole, *_SEPARATOR.split(whole))))
    joined = [_joined(compound) for compound in compounds if _is_compound(compound)]
    return " ".join(parts + joined)[:LONGEST_TEXT]


def _is_compound(word: str) -> bool:
    return len(word) <= 100 and not word.isalnum() and len(_WORDS.findall(word)) > 1


def _joined(word: str) -> str:
    return "".join(_WORDS.findall(word))


def search_terms(query: str) -> list[str]:
    """The folded terms of what somebody typed, at most 12; each is to be matched as a prefix, all of them together."""
    terms: list[str] = []
    for word in _COMPOUND.findall(fold(query[:500])):
        parts = _WORDS.findall(word)
        terms.extend(["".join(parts)] if len(parts) > 1 and _is_compound(word) else parts)
    return list(dict.fromkeys(t for t in terms if t))[:12]
