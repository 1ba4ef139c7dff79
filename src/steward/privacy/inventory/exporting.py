"""What somebody is given of what is held about them: every package answers for its own tables and files.

A field that says it is exported and that no section gives stops the checks by name (GDPR articles 15 and 20).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Record = dict[str, Any]  # values of JSON


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a person's data that is read at once: some of the tickets, and in the first one all that is in none.

    `addresses` are folded; `tickets` are theirs, `visited` are those of others in which they wrote or were written to.
    `is_given` narrows everything to what they gave themselves (article 20).
    """

    contacts: tuple[UUID, ...]
    addresses: frozenset[str]
    tickets: tuple[UUID, ...] = ()
    visited: tuple[UUID, ...] = ()
    is_first: bool = False
    is_given: bool = False
    with_notes: bool = False
    others: frozenset[str] = frozenset()  # names of those who were ever in a ticket with them

    @property
    def any_tickets(self) -> tuple[UUID, ...]:
        return (*self.tickets, *self.visited)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file as it came. `path` is its name in the archive; `read` gives its bytes and needs no scope."""

    path: str
    at: datetime
    size: int
    read: Callable[[], Iterable[bytes]]


def _nothing_enclosed(_part: Part) -> Iterable[Enclosed]:
    return ()


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of record. `fields` are the labels (`app.Model.field`) of what it gives.

    `columns` are keys of the records with their headings, in the order in which a page shows them. `is_given`: the
    person gave some of it, so it is in what they take elsewhere.
    """

    name: str  # the key in the JSON file
    title: Any  # lazy words
    fields: frozenset[str]
    records: Callable[[Part], Iterable[Record]]
    columns: Mapping[str, Any]
    is_given: bool = False
    enclosed: Callable[[Part], Iterable[Enclosed]] = _nothing_enclosed


_sections: dict[str, Section] = {}


def register(*sections: Section) -> None:
    """Say what is given. A name is used once."""
    for section in sections:
        if section.name in _sections:
            raise ValueError(f"two sections are called {section.name}")
        _sections[section.name] = section


def all_sections() -> list[Section]:
    """Every section, by name."""
    return [_sections[name] for name in sorted(_sections)]


def ungiven(labels: Iterable[str]) -> list[str]:
    """Which of these fields no section gives."""
    given = frozenset[str]().union(*(section.fields for section in _sections.values()))
    return sorted(set(labels) - given)


def moment(at: datetime | None) -> str | None:
    """A time as JSON has it: ISO 8601, UTC."""
    return None if at is None else at.isoformat()
