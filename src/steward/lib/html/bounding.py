"""Bounds on what is given to the HTML parser.

The HTML standard's algorithm takes time in proportion to elements times depth, so a few hundred kilobytes of unclosed
tags keep it busy for minutes. Ordinary mail is passed through after counting its `<`.
"""

import html
import re

DEEPEST = 1_000
_FEW = 1_500

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_WHOLE_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:]*)[^<>]*>")
# Never open together with what follows, so they do not make a tree deeper.
_FLAT = frozenset("area base br col hr img input link meta p li td th tr tbody thead tfoot dd dt wbr".split())
_KEPT = frozenset("br script style title head textarea noscript template svg math".split())
_INLINE = frozenset("a abbr b big code em font i img small span strong sub sup tt u".split())


def bounded(markup: str) -> str:
    """Return markup the parser can take in linear time: as it is, or without its tags when they nest too deeply.

    Also drops NUL and replaces lone surrogates, which neither the parser nor the database takes.
    """
    markup = markup.replace("\0", "")
    if not markup.isascii():
        markup = markup.encode("utf-8", "replace").decode("utf-8")
    if markup.count("<") <= _FEW or not _is_too_deep(markup):
        return markup
    flat = _WHOLE_TAG.sub(_flattened, markup)
    return html.escape(flat) if _is_too_deep(flat) else flat


def _is_too_deep(markup: str) -> bool:
    depth = 0
    opened: dict[str, int] = {}
    for match in _TAG.finditer(markup):
        name = match[2].lower()
        if name in _FLAT:
            continue
        if not match[1]:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            if depth > DEEPEST:
                return True
        elif opened.get(name, 0):
            opened[name] -= 1
            depth -= 1
    return False


def _flattened(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    if name in _KEPT:
        return tag[0]
    return "" if name in _INLINE else "<br>"
