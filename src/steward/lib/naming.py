"""Whether a text names somebody other than the one who is to read it. Pure."""

import re
from collections.abc import Container, Iterable

_LETTER = r"[^\s<>\"'()\[\],;:@]"
# It starts only where none can already be running, which keeps the search linear: a file in Base64 is one long word.
_ADDRESS = re.compile(rf"(?<!{_LETTER}){_LETTER}+@{_LETTER}*[^\s<>\"'()\[\],;:@.]")
_SHORTEST = 3  # letters of a name: shorter ones are in too many words


def names_others(text: str, own: Container[str], names: Iterable[str] = ()) -> bool:
    """Whether an e-mail address stands in the text that is not among `own` (folded), or one of the `names`."""
    if any(found.lower() not in own for found in _ADDRESS.findall(text)):
        return True
    folded = text.casefold()
    return any(name.casefold() in folded for name in names if len(name) >= _SHORTEST)
