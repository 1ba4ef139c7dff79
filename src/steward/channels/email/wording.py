"""Words with gaps in them: `{{ticket.code}}` and its like, filled by nothing but this. Pure.

There is no template language: a gap is one of a short list, a value is text and never markup, and what is not on the
list is an error where it is typed. A block, such as `{{answer}}`, has a line of its own and stands for HTML.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.html import escape

from steward.lib.html import sanitise_outgoing, text_to_html

_GAP = re.compile(r"\{\{[ \t]*([^{}\n]{0,60}?)[ \t]*\}\}")
_BLOCK_LINE = re.compile(r"^[ \t]*\{\{[ \t]*([a-z]{1,20})[ \t]*\}\}[ \t]*$", re.MULTILINE)
_MARK = "\ue000{}\ue001"  # of the private use area: stands for a value until the text is HTML
_MARKED = re.compile("\ue000(\\d+)\ue001")
_LEADS_SOMEWHERE = re.compile(r"://|www\.", re.IGNORECASE)
_LONGEST_VALUE = 200

# Of a mail about a ticket; what each means is said on the page where they are used.
GAPS = ("ticket.code", "ticket.subject", "contact.name", "agent.name", "department.name", "account.name")
AUTOMATIC_GAPS = tuple(name for name in GAPS if name != "agent.name")
BLOCKS = ("answer", "signature", "history")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one kind of mail knows: gaps, blocks, and which block must be there."""

    gaps: tuple[str, ...]
    blocks: tuple[str, ...] = ()
    needed: str = ""


class BadWording(ValueError):
    """Words that cannot be used: `problem` is unknown, misplaced, missing, repeated or open; `name` the gap."""

    def __init__(self, problem: str, name: str) -> None:
        super().__init__(f"{problem}: {name}")
        self.problem = problem
        self.name = name


def check(text: str, allowed: Allowed) -> None:
    """Raises `BadWording` for the first thing that could not be filled."""
    names = [match[1] for match in _GAP.finditer(text)]
    for name in names:
        if name not in (*allowed.gaps, *allowed.blocks):
            raise BadWording("unknown", name)
    rest = _GAP.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise BadWording("open", "{{" if "{{" in rest else "}}")
    alone = [match[1] for match in _BLOCK_LINE.finditer(text)]
    for block in allowed.blocks:
        if names.count(block) > 1:
            raise BadWording("repeated", block)
        if names.count(block) != alone.count(block):
            raise BadWording("misplaced", block)
    if allowed.needed and allowed.needed not in names:
        raise BadWording("missing", allowed.needed)


def on_one_line(value: str) -> str:
    """A value as it is, but for line breaks."""
    return " ".join(value.split())


def spoken(value: str) -> str:
    """A value fit to stand in a sentence: one line, not too long, and nothing that leads somewhere.

    Strangers choose their names and subjects: we would send our readers there in our name.
    """
    line = on_one_line(value)[:_LONGEST_VALUE]
    return "" if _LEADS_SOMEWHERE.search(line) else line


def filled(text: str, values: Mapping[str, str], *, said: Callable[[str], str] = spoken) -> str:
    """The text with its gaps filled; one that is not among the values stays as it is."""
    return _GAP.sub(lambda match: said(values[match[1]]) if match[1] in values else match[0], text)


def laid_out(text: str, values: Mapping[str, str], blocks: Mapping[str, str]) -> str:
    """The words as HTML, sanitised, with blocks of HTML in their places; an empty block leaves nothing behind.

    Each block is sanitised by itself first: what one leaves open must not swallow the next. Nothing in a value becomes
    a link or markup.
    """
    parts, at = [], 0
    for match in _BLOCK_LINE.finditer(text):
        if match[1] in blocks:
            parts += [_as_html(text[at : match.start()], values), sanitise_outgoing(blocks[match[1]])]
            at = match.end()
    parts.append(_as_html(text[at:], values))
    return sanitise_outgoing("".join(parts))


def _as_html(text: str, values: Mapping[str, str]) -> str:
    found: list[str] = []

    def marked(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        found.append(escape(spoken(values[match[1]])))
        return _MARK.format(len(found) - 1)

    clean = text.replace("\ue000", "").replace("\ue001", "")
    html = text_to_html(_GAP.sub(marked, clean))
    words = _MARKED.sub(lambda match: found[int(match[1])], html)
    return f'<div dir="auto">{words}</div>' if words else ""
