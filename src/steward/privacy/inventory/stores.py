"""Where personal data lie, and how they go: every package answers for its own tables and files.

A store finds what belongs to an extent before anything of it goes, deletes it, and afterwards says what is left of
exactly that. A field that says it is personal and that no store answers for stops the checks by name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import wraps
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import models

Key = UUID | str
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Extent:
    """What is to go, in the account in scope."""

    tickets: tuple[UUID, ...] = ()  # whole, with everything in them
    contacts: tuple[UUID, ...] = ()  # with what they left in tickets of others
    addresses: tuple[str, ...] = ()  # of the contacts, folded
    keeps_tickets: bool = False  # the people go, their words and their tickets stay with nobody's name to them
    members: tuple[UUID, ...] = ()  # of the account: their membership, and what is theirs alone
    in_mailboxes: bool = False  # with the copies of these mails in mailboxes of the account

    @property
    def is_about_somebody(self) -> bool:
        return bool(self.contacts or self.addresses or self.members)


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


@models.UUIDField.register_lookup
class AnyOf(models.Lookup):
    """`IN`, with all ids as one value: thousands of them, one by one, cost more than the statement itself."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, values = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s::uuid[])", (*values, self.rhs)


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
        if isinstance(self.model._meta.pk, models.UUIDField):
            return self.model._default_manager.filter(pk__any_of=list(map(str, keys)))
        return self.model._default_manager.filter(pk__in=list(keys))


def once(look: Callable[[Extent], Found]) -> Callable[[Extent], Found]:
    """What several stores ask of the same extent is looked up once while `looking`, and each time otherwise."""

    @wraps(look)
    def asked(extent: Extent) -> Found:
        answers = _answers.get()
        if answers is None:
            return look(extent)
        if (look, extent) not in answers:
            answers[look, extent] = look(extent)
        found: Found = answers[look, extent]
        return found

    return asked


@contextmanager
def looking() -> Iterator[None]:
    """Within, nothing changes that stores look for: to be ended before anything is erased."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def takes_in(widen: Callable[[Extent], Extent]) -> Callable[[Extent], Extent]:
    """Declare what belongs to an extent by what is in it: addresses of its contacts, tickets of its people."""
    _widening.append(widen)
    return widen


def widened(extent: Extent) -> Extent:
    """The extent with what has come to it since it was written down: people go on writing."""
    for widen in _widening:
        extent = joined(extent, widen(extent))
    return extent


def joined(one: Extent, other: Extent) -> Extent:
    """What is in either, each thing once and in the order it came."""
    return replace(
        one,
        tickets=tuple(dict.fromkeys((*one.tickets, *other.tickets))),
        contacts=tuple(dict.fromkeys((*one.contacts, *other.contacts))),
        addresses=tuple(dict.fromkeys((*one.addresses, *other.addresses))),
        members=tuple(dict.fromkeys((*one.members, *other.members))),
    )


_answers: ContextVar[dict[Any, Any] | None] = ContextVar("answers", default=None)
_widening: list[Callable[[Extent], Extent]] = []
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
