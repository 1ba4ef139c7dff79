"""Inline styles by allow-list: a declaration is kept when its property and every character of its value are known.

Nothing here parses CSS. What the strict grammar below does not recognise is dropped, so escapes, comments, `url()`,
`expression()`, `var()` and anything CSS will learn one day never reach the browser.
"""

import re
from functools import lru_cache

_SIDES = ("", "-top", "-right", "-bottom", "-left")
PROPERTIES = frozenset(
    [f"margin{side}" for side in _SIDES]
    + [f"padding{side}" for side in _SIDES]
    + [f"border{side}{part}" for side in _SIDES for part in ("", "-color", "-style", "-width")]
    + ["border-radius", "border-collapse", "border-spacing", "background", "background-color", "color", "direction"]
    + ["display", "float", "clear", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight"]
    + ["height", "width", "max-height", "max-width", "min-height", "min-width", "letter-spacing", "line-height"]
    + ["list-style", "list-style-type", "table-layout", "text-align", "text-decoration", "text-indent"]
    + ["text-transform", "unicode-bidi", "vertical-align", "white-space", "word-break", "word-spacing", "word-wrap"]
    + ["overflow-wrap", "hyphens", "caption-side", "empty-cells", "object-fit"]
)

# Words, numbers, colours, quoted names without anything special in them, and the colour functions.
_VALUE = re.compile(r"""(?:[\w #%.,+/-]|"[\w .,-]*"|'[\w .,-]*'|(?:rgb|hsl)a?\([\d .,%/+-]*\))+""", re.ASCII)
_NAMED = re.compile(r"""(?:[^\W_]|[ _.,-]|"[\w .,-]*"|'[\w .,-]*')+""")  # font names are written in any script
# Pulled out of its place, a message could lie over its neighbours.
_PULLED = re.compile(r"(?:^|[ /])-")
_NEVER_NEGATIVE = ("margin", "padding", "text-indent", "letter-spacing", "word-spacing")
_LONGEST = 4_000


def clean_style(style: str) -> str | None:
    """Return the declarations of a `style` attribute that are allowed, normalised, or None when none is."""
    if len(style) > _LONGEST:
        return None
    return _cleaned(style)


@lru_cache(maxsize=2_048)
def _cleaned(style: str) -> str | None:
    kept = [kept for part in style.split(";") if (kept := _declaration(part))]
    return ";".join(kept) or None


def _declaration(part: str) -> str | None:
    name, _, value = part.partition(":")
    name, value = name.strip().lower(), " ".join(value.split())
    if value.lower().endswith("!important"):
        value = value[:-10].rstrip()
    if name not in PROPERTIES or not value:
        return None
    grammar = _NAMED if name == "font-family" else _VALUE
    if not grammar.fullmatch(value) or (name.startswith(_NEVER_NEGATIVE) and _PULLED.search(value)):
        return None
    return f"{name}:{value}"
