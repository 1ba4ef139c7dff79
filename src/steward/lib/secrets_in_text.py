"""Passwords and keys in texts: after the word for one, and those that services hand out in a form of their own."""

import re
from collections.abc import Iterator

_WORDS = (
    r"passwords?|passwort|kennwort|passphrase|passcode|pin(?: code)?|pwd|hasło|mật khẩu|adgangskode|kodeord|"
    r"parole|mot de passe|contraseña|كلمة (?:المرور|السر)|api[ _-]?key|secret(?: key)?|access[ _-]?token"
)
# The word is looked for before each colon: a search for it at every letter would take ten times as long.
_COLON = re.compile(r"[ \t]{0,3}[:=][ \t]{0,3}(\S{4,128})")
_LONGEST_NAME = 40
_NAME = re.compile(rf"(?<!\w)(?:{_WORDS})(?: (?:is|ist|to|er|ir|là|هي))?\Z", re.IGNORECASE)
_ISSUED = re.compile(
    r"(?<!\w)(?:"
    r"(?:sk|pk|rk)_(?:live|test)_\w{16,128}"
    r"|AKIA[0-9A-Z]{16}(?!\w)"
    r"|gh[pousr]_\w{36,255}|glpat-[\w-]{20,64}|xox[abprs]-[\w-]{10,255}|AIza[\w-]{35}"
    r"|eyJ[\w-]{10,2048}\.[\w-]{10,4096}\.[\w-]{10,1024}"
    r")"
)
_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----[\s\S]{1,8000}?-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----"
)


def secrets_in(text: str) -> Iterator[tuple[int, int]]:
    """Where passwords and keys stand in a text."""
    found = [match.span() for match in _ISSUED.finditer(text)]
    if "-----BEGIN" in text:
        found += [match.span() for match in _KEY.finditer(text)]
    taken = -1
    for start, end in sorted([*found, *_named(text)]):
        if start >= taken:
            yield start, end
            taken = end


def _named(text: str) -> Iterator[tuple[int, int]]:
    """What follows a word for a password and a colon, without the full stop of its sentence."""
    for match in _COLON.finditer(text):
        at = match.start()
        if _NAME.search(text, max(0, at - _LONGEST_NAME), at):
            start, end = match.span(1)
            yield start, end - (len(match[1]) - len(match[1].rstrip(".,;!?)\"'»”")))
