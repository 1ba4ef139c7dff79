"""Stores of which others wait for each thing that goes: they give it in portions, a transaction each.

It goes before the steps. What a step finds of them afterwards goes with it, as everywhere.
"""

from collections.abc import Iterator
from typing import TypeVar

from steward.privacy.inventory.stores import Extent, Key, Store, all_stores

S = TypeVar("S", bound=Store)

_most: dict[str, int] = {}


def in_portions(store: S, *, of: int) -> S:
    """Have so many things of the store erased at a time; to be registered all the same."""
    _most[store.name] = of
    return store


def portions(extent: Extent) -> Iterator[tuple[Store, list[Key]]]:
    """What goes before the steps, in the account in scope."""
    for store in all_stores():
        if store.name in _most:
            keys, most = store.find(extent), _most[store.name]
            yield from ((store, keys[start : start + most]) for start in range(0, len(keys), most))
