"""The result of folding."""

from dataclasses import dataclass

from steward.lib.html.profiles import QUOTED, QUOTED_MARK


@dataclass(frozen=True, slots=True)
class Folded:
    """`visible`: the text left outside the folds. `html`: the whole message, history in `details.quoted`."""

    visible: str
    html: str


# The mark is a neutral ellipsis; whoever shows it names it in the reader's language.
FOLD_OPEN = f'<details class="{QUOTED}"><summary class="{QUOTED_MARK}">…</summary>'
FOLD_CLOSE = "</details>"
