"""Where things about people lie and for how long: tables, and what is no column (files, queues, logs, browsers).

Every package says it of its own, in a module `held`. What a table holds is said by its fields; of a place that is no
table it is said here. A table with something about a person that nobody names stops the checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from django.utils.module_loading import autodiscover_modules

from steward.privacy.inventory.declarations import Whose


class Where(StrEnum):
    """What kind of place it is."""

    DATABASE = "database"
    FILES = "files"
    QUEUE = "queue"
    LOG = "log"
    CACHE = "cache"
    BROWSER = "browser"
    BACKUP = "backup"
    LEDGER = "ledger"  # outside the database, and outside its backups


class Until(StrEnum):
    """What ends it, beside an erasure."""

    ACCOUNT = "account"
    TICKET = "ticket"
    CONTACT = "contact"
    MEMBER = "member"  # the agent's membership
    IDENTITY = "identity"  # the last account somebody signs in to
    LEFT = "left"  # the mail has gone out, or was given up
    ENDED = "ended"  # the person ends it, or it is used
    PERIOD = "period"  # so long from when it was written, and no longer
    HOST = "host"  # whoever runs the installation decides


@dataclass(frozen=True, slots=True)
class Kept:
    """How long. A `period` begins with what `until` says; with PERIOD when it was written, or used last."""

    until: Until
    period: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `name` is the label of a model or the name of a table without account; of anything else our own.

    What is no table says what it holds; `with_rows` is the label of the model whose rows it goes with, if any.
    """

    name: str
    title: Any  # lazy words
    kept: Kept
    where: Where = Where.DATABASE
    whose: tuple[Whose, ...] = ()
    categories: tuple[str, ...] = ()
    purpose: str = ""
    with_rows: str = ""
    is_encrypted: bool = False  # under the key of the account, or that of the installation

    @property
    def is_table(self) -> bool:
        return self.where is Where.DATABASE


ACCOUNT, TICKET, CONTACT, MEMBER, IDENTITY = map(
    Kept, (Until.ACCOUNT, Until.TICKET, Until.CONTACT, Until.MEMBER, Until.IDENTITY)
)

_places: dict[str, Place] = {}


def at_most(period: timedelta) -> Kept:
    """Kept for a time from when it was written."""
    return Kept(Until.PERIOD, period)


def held(*places: Place) -> None:
    """Say where things lie. A place is named once."""
    for place in places:
        if place.name in _places:
            raise ValueError(f"{place.name} is said to be held twice")
        _places[place.name] = place


def all_places() -> list[Place]:
    """Every place: tables first, each kind by name."""
    _discover()
    return sorted(_places.values(), key=lambda place: (not place.is_table, place.where, place.name))


def unplaced(names: Iterable[str]) -> list[str]:
    """Which of these tables nobody says how long they are kept of."""
    _discover()
    return sorted(set(names) - _places.keys())


@cache
def _discover() -> None:
    autodiscover_modules("held")
