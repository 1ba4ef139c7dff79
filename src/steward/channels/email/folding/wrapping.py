"""Putting stretches of a message into folds by inserting tags.

A stretch may begin and end in the middle of elements (own words and an attribution in one paragraph). Those elements
are closed before the fold and opened again in it, so that every fold is one well-formed element in a place where one
may stand. Tables are never parted: there, each cell gets its own fold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from steward.channels.email.folding.folded import FOLD_CLOSE, FOLD_OPEN
from steward.channels.email.folding.tree import PARTED, TABLE_PARTS, Line, Tree

_LISTS = frozenset(["dl", "ol", "ul"])
_CELLS = frozenset(["caption", "td", "th"])
_DEEPEST = 100
_MOST_LINES = 1_000
_LONGEST_TAG = 500


@dataclass(frozen=True, slots=True)
class Fold:
    """Tokens `start` up to, not including, `end`; the elements parted at either, outermost first."""

    start: int
    end: int
    parted_before: tuple[int, ...]
    parted_after: tuple[int, ...]


def find_folds(tree: Tree, runs: Sequence[Sequence[Line]]) -> list[Fold]:
    """Return how to fold each run of lines. A run that cannot be folded is left out."""
    return [fold for run in runs for fold in _folds(tree, run)]


def folded_markup(tree: Tree, folds: Sequence[Fold]) -> str:
    """Return the message with the folds in it."""
    return "".join(_written(tree, folds, keep=True))


def remaining_markup(tree: Tree, folds: Sequence[Fold]) -> str:
    """Return the message without what the folds hold."""
    return "".join(_written(tree, folds, keep=False))


def _written(tree: Tree, folds: Sequence[Fold], *, keep: bool) -> Iterator[str]:
    at = 0
    for fold in folds:
        yield from tree.tokens[at : fold.start]
        yield from _closing(tree, fold.parted_before)
        if keep:
            yield FOLD_OPEN
            yield from _opening(tree, fold.parted_before)
            yield from tree.tokens[fold.start : fold.end]
            yield from _closing(tree, fold.parted_after)
            yield FOLD_CLOSE
        yield from _opening(tree, fold.parted_after)
        at = fold.end
    yield from tree.tokens[at:]


def _closing(tree: Tree, elements: Sequence[int]) -> Iterator[str]:
    return (f"</{tree.tags[element]}>" for element in reversed(elements))


def _opening(tree: Tree, elements: Sequence[int]) -> Iterator[str]:
    for element in elements:
        token = tree.tokens[element]
        yield token if len(token) <= _LONGEST_TAG else f"<{tree.tags[element]}>"


def _folds(tree: Tree, run: Sequence[Line]) -> Iterator[Fold]:
    """Yield the fold for a run, or one for each table cell and for what is between tables."""
    if fold := _fold(tree, run[0].start, run[-1].end - 1):
        yield fold
    elif len(run) <= _MOST_LINES:
        container = _container(tree, run[0].start, run[-1].end - 1)
        parts = [list(lines) for _, lines in groupby(run, key=lambda line: _cell(tree, line.start, container))]
        for part in parts if len(parts) > 1 else ():
            yield from _folds(tree, part)


def _container(tree: Tree, start: int, last: int) -> int:
    """Return the innermost element around both tokens in which a fold may stand, -1 for the message."""
    around = set(tree.ancestors(start))
    container = next((element for element in tree.ancestors(last) if element in around), -1)
    while container >= 0 and _is_unfit(tree.tags[container]):
        container = tree.parents[container]
    return container


def _is_unfit(tag: str) -> bool:
    return tag in PARTED or tag in _LISTS or (tag in TABLE_PARTS and tag not in _CELLS)


def _cell(tree: Tree, index: int, container: int) -> int:
    """Return the outermost table cell around a token below the container, -1 if there is none."""
    cell = -1
    for element in tree.ancestors(index):
        if element == container:
            break
        if tree.tags[element] in _CELLS:
            cell = element
    return cell


def _fold(tree: Tree, start: int, last: int) -> Fold | None:
    """Widen the stretch over elements that hold nothing else; what remains around its ends must be parted."""
    container = _container(tree, start, last)
    first, end = start, last + 1
    before: list[int] = []
    after: list[int] = []
    for element in tree.ancestors(start):
        if element == container:
            break
        if before or tree.shows(element, first):
            before.append(element)
        else:
            first = element
    for element in tree.ancestors(last):
        if element == container:
            break
        if after or tree.shows(end, tree.closes[element]):
            after.append(element)
        else:
            end = tree.closes[element] + 1
    parted = {tree.tags[element] for element in (*before, *after)}
    if parted & TABLE_PARTS or len(before) + len(after) > _DEEPEST:
        return None
    return Fold(first, end, tuple(reversed(before)), tuple(reversed(after)))
