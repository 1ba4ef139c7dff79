"""Passwords and keys in texts: after the word for one, and those that services hand out in a form of their own. Pure.

Linear in the length of the text, whatever it is made of: each part is looked at a fixed number of times at most.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

_WORDS = (
    "password", "passwords", "passwort", "kennwort", "passphrase", "passcode", "pin", "pin code", "pwd", "hasło",
    "mật khẩu", "adgangskode", "kodeord", "parole", "mot de passe", "contraseña", "كلمة المرور", "كلمة السر",
    "apikey", "api key", "api_key", "api-key", "secret", "secret key",
    "accesstoken", "access token", "access_token", "access-token",
)  # fmt: skip
_SAYING = (" is", " ist", " to", " er", " ir", " là", " هي")
_LONGEST_NAME = 40
# The word is looked for before each colon: a search for it at every letter would take ten times as long.
_COLON = re.compile(r"[ \t]{0,3}[:=][ \t]{0,3}(\S{4,128})")
# What has three parts begins only where none of its letters stands before: each run of them is read thrice at most.
_ISSUED = re.compile(
    r"(?<!\w)(?:"
    r"(?:sk|pk|rk)_(?:live|test)_\w{16,128}"
    r"|AKIA[0-9A-Z]{16}(?!\w)"
    r"|gh[pousr]_\w{36,255}|glpat-[\w-]{20,64}|xox[abprs]-[\w-]{10,255}|AIza[\w-]{35}"
    r"|(?<!-)eyJ[\w-]{10,2048}+\.[\w-]{10,4096}+\.[\w-]{10,1024}"
    r")"
)
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----")
_END = re.compile(r"-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----")
_LONGEST_KEY = 8000  # letters between the two


def secrets_in(text: str) -> Iterator[tuple[int, int]]:
    """Where passwords and keys stand in a text."""
    found = [match.span() for match in _ISSUED.finditer(text)]
    found += _keys(text) if "-----BEGIN" in text else ()
    taken = -1
    for start, end in sorted([*found, *_named(text)]):
        if start >= taken:
            yield start, end
            taken = end


def _keys(text: str) -> Iterator[tuple[int, int]]:
    """From the first line of a key to the next last one that is near enough."""
    ends = [match.span() for match in _END.finditer(text)]
    taken = 0
    for match in _BEGIN.finditer(text):
        within = match.end()
        at = bisect_left(ends, (within + 1, 0))
        if match.start() >= taken and at < len(ends) and ends[at][0] - within <= _LONGEST_KEY:
            taken = ends[at][1]
            yield match.start(), taken


def _named(text: str) -> Iterator[tuple[int, int]]:
    """What follows a word for a password and a colon, without the full stop of its sentence."""
    for match in _COLON.finditer(text):
        if _ends_in_name(text[max(0, match.start() - _LONGEST_NAME) : match.start()].lower()):
            start, end = match.span(1)
            yield start, end - (len(match[1]) - len(match[1].rstrip(".,;!?)\"'»”")))


def _ends_in_name(before: str) -> bool:
    """Whether the last words are one for a password, perhaps with `is` after it; `before` is in small letters."""
    if before.endswith(_SAYING):
        before = before[: before.rindex(" ")]
    return before.endswith(_WORDS) and any(_is_whole(before, word) for word in _WORDS)


def _is_whole(before: str, word: str) -> bool:
    if not before.endswith(word):
        return False
    letter = before[-len(word) - 1 : -len(word)]
    return not (letter.isalnum() or letter == "_")
