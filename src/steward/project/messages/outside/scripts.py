"""Words in scripts. Scripts have none of their own: they find them in `data-` attributes, which templates translate."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"  # comments
    r"|\"(?P<double>(?:[^\"\\\n]|\\.)*)\"|'(?P<single>(?:[^'\\\n]|\\.)*)'|`(?P<template>(?:[^`\\]|\\.)*)`",
    re.DOTALL,
)
_HOLE = re.compile(r"\$\{[^}]*\}")
_TWO_WORDS = re.compile(r"(?<![\w.#\[-])[A-Za-z]{2,} [a-z]{2,}\b")
_SELECTOR = re.compile(r"[#.\[\]<>{}=|>]")
# What is shown or spoken as it is.
_SHOWN = re.compile(
    r"(?:\.(?:textContent|innerText|title|placeholder|ariaLabel|value)\s*=|\bnotify\(|\balert\(|\bconfirm\()\s*$"
)
# Read by scripts.
_UNSEEN = re.compile(
    r"\b(?:postMessage|Event|querySelector\w*|closest|matches|createElement|add|toggle)\(\s*$|\bclass(?:Name)?\s*[=:]\s*$"
)


def in_script(source: str, name: str) -> Iterator[str]:
    """Literals of two words or more, and single words put where people see them."""
    for match in _TOKEN.finditer(source):
        text = next((part for part in (match["double"], match["single"], match["template"]) if part), "")
        bare = _HOLE.sub("0", text)
        if _UNSEEN.search(source, max(0, match.start() - 40), match.start()):
            continue
        is_shown = _SHOWN.search(source, max(0, match.start() - 40), match.start()) is not None
        is_text = bool(_TWO_WORDS.search(bare)) and not _SELECTOR.search(bare)
        if is_text or (is_shown and re.search(r"[A-Za-z]{2,}", bare)):
            yield f"{name}:{source.count(chr(10), 0, match.start()) + 1}: {text!r}"
