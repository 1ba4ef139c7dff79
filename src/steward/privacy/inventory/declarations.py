"""What a field can say about itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.db import models

F = TypeVar("F", bound=models.Field)  # type: ignore[type-arg]  # any field, whatever it stores


class Whose(StrEnum):
    """The person a value is about."""

    CONTACT = "contact"
    AGENT = "agent"
    OPERATOR = "operator"  # who runs the installation
    VISITOR = "visitor"  # who asked for an account, or for mail about the list of subprocessors
    ANYBODY = "anybody"  # free text and raw material: whoever is written about


class Erase(StrEnum):
    """What erasing the person does to the value (GDPR article 17)."""

    DELETE_ROW = "delete_row"
    NULL = "null"
    RECOMPUTE = "recompute"
    KEEP = "keep"  # nothing, for a reason that is said: it goes with what its place is kept with


@dataclass(frozen=True, slots=True)
class Key:
    """What a JSON value may hold under one path of keys, and about whom; nobody without `whose`.

    `to.email` is under both keys, `*` is any one key, a list is gone through, and the empty path is the value itself.
    """

    path: str
    whose: Whose | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one field holds. `category` is a fideslang key, empty when nothing personal is held.

    `keys` are those of a JSON value; None for values that are not JSON.
    """

    is_personal: bool
    whose: Whose | None = None
    category: str = ""
    purpose: str = ""
    erase: Erase | None = None
    is_exported: bool = False
    keys: tuple[Key, ...] | None = None
    because: str = ""  # why it is kept: in English, for the file for machines


NOTHING_PERSONAL = Holding(is_personal=False)


def personal(  # one argument for each thing the law asks about a value
    field: F,
    whose: Whose,
    category: str,
    *,
    purpose: str,
    erase: Erase,
    export: bool = True,
    keys: Iterable[Key | str] | None = None,
    because: str = "",
) -> F:
    """Declare that the field holds personal data. A key that is only named holds nothing about anybody.

    What is kept when the person is erased says `because`; raises `ValueError` otherwise.
    """
    if (erase is Erase.KEEP) != bool(because):
        raise ValueError("what is kept says why, and nothing else does")
    return _declare(field, Holding(True, whose, category, purpose, erase, export, _keys(keys), because))


def impersonal(field: F, *, keys: Iterable[str] | None = None) -> F:
    """Declare that the field holds nothing about a person (states, counters, times, ids of our own rows)."""
    return _declare(field, Holding(is_personal=False, keys=_keys(keys)) if keys is not None else NOTHING_PERSONAL)


def _keys(keys: Iterable[Key | str] | None) -> tuple[Key, ...] | None:
    return None if keys is None else tuple(key if isinstance(key, Key) else Key(key) for key in keys)


def _declare(field: F, holding: Holding) -> F:
    field.steward_holding = holding  # type: ignore[attr-defined]
    return field


def holding_of(field: models.Field) -> Holding | None:  # type: ignore[type-arg]
    """What the field says it holds; None when it says nothing."""
    return getattr(field, "steward_holding", None)


def undeclared_fields(owned: Iterable[type[models.Model]]) -> list[str]:
    """The fields that say nothing, as `app.Model.field`."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in owned
        for field in model._meta.local_fields
        if holding_of(field) is None
    ]
