"""Where personal data lie, and how they go: every package answers for its own tables and files.

A store finds what belongs to an extent before anything of it goes, deletes it, and afterwards says what is left of
exactly that. A field that says it is personal and that no store answers for stops the checks by name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol
from uuid import UUID

from django.db import models

Key = UUID | str


@dataclass(frozen=True, slots=True)
class Extent:
    """What is to go, in the account in scope."""

    tickets: tuple[UUID, ...] = ()  # whole, with everything in them
    contacts: tuple[UUID, ...] = ()  # with what they left in tickets of others
    addresses: tuple[str, ...] = ()  # of the contacts, folded

    @property
    def is_about_somebody(self) -> bool:
        return bool(self.contacts or self.addresses)


class Rank(IntEnum):
    """When a store has its turn: what refers to others goes before them."""

    COPIES = 1  # of what is in tickets: notices, search entries, raw mail
    PARTS = 2  # of messages and of drafts
    MESSAGES = 3
    MAILS = 4
    FILES = 5
    TICKETS = 6
    PEOPLE = 7
    RECORDS = 8  # what happened, without what it said


class Store(Protocol):
    """One place."""

    name: str  # as plans and certificates name it
    rank: Rank
    models: frozenset[str]  # labels of the models whose fields it answers for

    def find(self, extent: Extent) -> list[Key]:
        """The keys of everything of the extent that is here."""
        ...

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        """Erase what has these keys, in the current transaction; returns how many there were."""
        ...

    def settle(self, keys: Sequence[Key]) -> None:
        """After the commit: let go of what no transaction holds. May be repeated."""
        ...

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        """How many of these are still here, or still tell of the people of the extent."""
        ...


Finder = Callable[[Extent], "models.QuerySet[Any] | None"]


class Rows:
    """Rows that are deleted. `find` gives the query set of those of an extent, or None for none."""

    def __init__(self, name: str, model: type[models.Model], rank: Rank, find: Finder) -> None:
        self.name, self.model, self.rank, self._find = name, model, rank, find
        self.models = frozenset({model._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        found = self._find(extent)
        return [] if found is None else list(found.order_by("pk").values_list("pk", flat=True).distinct())

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        """By the database alone: whatever still refers to the rows is a fault that stops the transaction."""
        rows: Any = self._rows(keys)
        return int(rows._raw_delete(rows.db)) if keys else 0

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: a row is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return self._rows(keys).count()

    def _rows(self, keys: Sequence[Key]) -> "models.QuerySet[Any]":
        return self.model._default_manager.filter(pk__in=list(keys))


_stores: dict[str, Store] = {}


def register(*stores: Store) -> None:
    """Say where data lie. A name is given once."""
    for store in stores:
        if store.name in _stores:
            raise ValueError(f"two stores are called {store.name}")
        _stores[store.name] = store


def all_stores() -> list[Store]:
    """Every store, in the order in which they are emptied."""
    return sorted(_stores.values(), key=lambda store: (store.rank, store.name))


def unanswered(labels: Iterable[str]) -> list[str]:
    """Which of these models no store answers for."""
    answered = frozenset[str]().union(*(store.models for store in _stores.values()))
    return sorted(set(labels) - answered)
