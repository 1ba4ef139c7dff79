"""Folding HTML: the lines a reader sees are judged as plain text is, helped by what mail programs write around them."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

import nh3

from steward.channels.email.folding.folded import Folded
from steward.channels.email.folding.pieces import Hint, folds, part
from steward.channels.email.folding.tree import Line, Tree, read_lines, read_tree
from steward.channels.email.folding.wrapping import Fold, find_folds, folded_markup, remaining_markup
from steward.lib.html import html_to_text, sanitise_mail
from steward.lib.html.bounding import bounded
from steward.lib.html.profiles import MAIL_ATTRIBUTES, MAIL_TAGS, NEVER, SCHEMES

# Reads a message into elements that close and nest, with the names by which mail programs know their own quotations.
# Its result never leaves this module: the sanitiser runs last.
_READER = nh3.Cleaner(
    tags=MAIL_TAGS,
    clean_content_tags=NEVER,
    attributes={**MAIL_ATTRIBUTES, "*": MAIL_ATTRIBUTES["*"] | {"class", "id"}, "blockquote": {"cite", "type"}},
    url_schemes=SCHEMES,
    link_rel=None,
)
_MOST_FOLDS = 60

_CITED = re.compile(r'type="cite"|cite="|class="[^"]*(?:quote|cite)', re.IGNORECASE)
_BAR = re.compile(r'style="[^"]*border-left:[^;"]*(?:solid|[1-9])', re.IGNORECASE)
_SIGNATURE = re.compile(
    r'class="(?:[^"]*[\s_])?(?:gmail_signature|moz-signature|protonmail_signature_block[\w-]*|tutanota_signature)[\s"]'
    r'|id="(?:x_)*(?:ms-outlook-mobile-signature|signature)"',
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(r'class="(?:[^"]*[\s_])?(?:gmail_attr|moz-cite-prefix|moz-forward-container)[\s"]')
_HISTORY = re.compile(
    r'id="(?:x_)*(?:divRplyFwdMsg|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container)"'
    r'|class="(?:[^"]*\s)?OutlookMessageHeader[\s"]'
)
# Outlook draws this line above "From:", in every language.
_HEADER_STYLE = re.compile(
    r'style="[^"]*border:\s*none;\s*border-top:\s*solid #\w{3,6} 1\.0pt;\s*padding:\s*3\.0pt 0', re.IGNORECASE
)


def fold_html(html: str) -> Folded:
    """Fold the quoted history and the signature of an HTML message; the result is sanitised.

    If nothing would be left to see, or the message is beyond reason, nothing is folded.
    """
    tree = read_tree(_READER.clean(bounded(html)))
    found = _find(tree)
    visible = html_to_text(remaining_markup(tree, found), links=False) if found else ""
    if not visible:
        return Folded(visible=html_to_text(html, links=False), html=sanitise_mail(html))
    return Folded(visible=visible, html=sanitise_mail(folded_markup(tree, found)))


def _find(tree: Tree) -> list[Fold]:
    lines = read_lines(tree)
    hints = _hints(tree, lines)
    texts = [f"> {line.text}" if hints.get(at) is Hint.QUOTED else line.text for at, line in enumerate(lines)]
    pieces = part(texts, hints)
    runs = []
    for folded, run in groupby(zip(folds(pieces), pieces, strict=True), key=lambda pair: pair[0]):
        pair = list(run)
        written = [line for line in lines[pair[0][1].start : pair[-1][1].end] if line.text]
        if folded and written:
            runs.append(written)
    return find_folds(tree, runs) if len(runs) <= _MOST_FOLDS else []


def _hints(tree: Tree, lines: Sequence[Line]) -> dict[int, Hint]:
    """Return what the markup says of the lines."""
    states, heads = _states(tree)
    hints: dict[int, Hint] = {}
    for index, line in enumerate(lines):
        if not line.text:
            continue
        parent = tree.parents[line.start]
        state = states[parent] if parent >= 0 else None
        if state is not None:
            hints[index] = state
    _hint_heads(tree, lines, heads, hints)
    return hints


def _hint_heads(tree: Tree, lines: Sequence[Line], heads: Sequence[int], hints: dict[int, Hint]) -> None:
    """Hint at the first line in each element that announces history, if it looks like a header."""
    written = [(line.start, index) for index, line in enumerate(lines) if line.text]
    for head in heads:
        at = bisect_right(written, (head, -1))
        if at < len(written) and written[at][0] < tree.closes[head]:
            index = written[at][1]
            if hints.get(index) is not Hint.QUOTED and ":" in lines[index].text:
                hints[index] = Hint.HISTORY


def _states(tree: Tree) -> tuple[list[Hint | None], list[int]]:
    """Return for each opening token what it, or an element around it, says of its lines; and the heads of history."""
    states: list[Hint | None] = []
    heads: list[int] = []
    for index, (token, tag) in enumerate(zip(tree.tokens, tree.tags, strict=True)):
        parent = tree.parents[index]
        state = states[parent] if parent >= 0 else None
        if index in tree.closes and state is not Hint.QUOTED:
            state = _says(token, tag) or state
            if 'id="' in token or 'class="' in token or "style=" in token:
                heads += [index] * bool(_HISTORY.search(token) or _HEADER_STYLE.search(token))
        states.append(state)
    return states, heads


def _says(token: str, tag: str) -> Hint | None:
    if tag == "blockquote":
        return Hint.QUOTED if _CITED.search(token) else Hint.INDENTED
    if "=" not in token:
        return None
    if _SIGNATURE.search(token):
        return Hint.SIGNATURE
    if _ATTRIBUTION.search(token):
        return Hint.ATTRIBUTION
    return Hint.INDENTED if tag == "div" and _BAR.search(token) else None
