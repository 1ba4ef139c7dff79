"""What is held about people, place by place: read from what the fields and the packages say of themselves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import pgettext_lazy

from steward.privacy.agreements.inventory_words import PURPOSES, SUBJECTS, category_words
from steward.privacy.agreements.keeping_words import kept_words as kept_words
from steward.privacy.inventory import Erase, Holding, Key, Whose, holding_of
from steward.privacy.inventory.places import Place, Until, Where, all_places
from steward.privacy.inventory.stores import unanswered
from steward.privacy.subprocessors.words import enumeration
from steward.tenancy.shared_columns import TABLES


class Goes(StrEnum):
    """How what lies in a place goes."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    MEMBER = "member"
    ACCOUNT = "account"
    TIME = "time"
    HOST = "host"


WHERE: Mapping[Where, Any] = {
    Where.DATABASE: pgettext_lazy("where data lie", "Database"),
    Where.FILES: pgettext_lazy("where data lie", "File store"),
    Where.QUEUE: pgettext_lazy("where data lie", "Queue of jobs"),
    Where.LOG: pgettext_lazy("where data lie", "Log"),
    Where.CACHE: pgettext_lazy("where data lie", "Cache"),
    Where.BROWSER: pgettext_lazy("where data lie", "The agent’s browser"),
    Where.BACKUP: pgettext_lazy("where data lie", "Backups"),
    Where.LEDGER: pgettext_lazy("where data lie", "Ledger outside the database"),
}
GOES: Mapping[Goes, Any] = {
    Goes.DELETED: pgettext_lazy("how data go", "Deleted when the person is erased"),
    Goes.EMPTIED: pgettext_lazy("how data go", "Emptied when the person is erased"),
    Goes.MEMBER: pgettext_lazy("how data go", "Deleted when the agent is removed"),
    Goes.ACCOUNT: pgettext_lazy("how data go", "Deleted with the account"),
    Goes.TIME: pgettext_lazy("how data go", "Goes by itself"),
    Goes.HOST: pgettext_lazy("how data go", "Whoever runs the installation deletes it"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column with something about a person."""

    name: str
    holding: Holding


@dataclass(frozen=True, slots=True)
class Row:
    """One place with what is in it."""

    place: Place
    fields: tuple[Field, ...]

    @property
    def whose(self) -> tuple[Whose, ...]:
        found = {field.holding.whose for field in self.fields} | set(self.place.whose)
        return tuple(one for one in Whose if one in found)

    @property
    def categories(self) -> tuple[str, ...]:
        """Fideslang keys, each once, those inside JSON values too."""
        found = [one for field in self.fields for one in (field.holding.category, *_inside(field.holding.keys))]
        return tuple(dict.fromkeys((*found, *self.place.categories)))

    @property
    def purposes(self) -> tuple[str, ...]:
        found = [field.holding.purpose for field in self.fields]
        return tuple(dict.fromkeys((*found, *filter(None, [self.place.purpose]))))

    @property
    def goes(self) -> Goes:
        table = self.place.with_rows or self.place.name
        if self.place.kept.until in {Until.MEMBER, Until.IDENTITY}:
            return Goes.MEMBER
        if "." in table and not unanswered([table]):
            erased = {field.holding.erase for field in self.fields}
            return Goes.EMPTIED if erased == {Erase.NULL} else Goes.DELETED
        return _BY_ITSELF.get(self.place.kept.until, Goes.TIME)

    @property
    def title(self) -> str:
        return str(self.place.title)

    @property
    def whose_words(self) -> tuple[str, ...]:
        return tuple(str(SUBJECTS[one]) for one in self.whose)

    @property
    def categories_words(self) -> str:
        return capfirst(enumeration(map(category_words, self.categories)))

    @property
    def purposes_words(self) -> str:
        return capfirst(enumeration(PURPOSES.get(one, one) for one in self.purposes))

    @property
    def kept_words(self) -> str:
        return kept_words(self.place.kept)

    @property
    def where_words(self) -> str:
        return str(WHERE[self.place.where])

    @property
    def goes_words(self) -> str:
        return str(GOES[self.goes])


_BY_ITSELF: Mapping[Until, Goes] = {
    Until.MEMBER: Goes.MEMBER,
    Until.IDENTITY: Goes.MEMBER,
    Until.ACCOUNT: Goes.ACCOUNT,
    Until.HOST: Goes.HOST,
}


def rows_of_account() -> list[Row]:
    """What is held for an account: its own tables, what its agents sign in with, and places that are no table.

    Left out is what belongs to the installation alone: operators, visitors of its pages, its public list.
    """
    return [row for row in all_rows() if _is_of_account(row)]


def all_rows() -> Iterator[Row]:
    """Everything that is held in this installation."""
    for place in all_places():
        yield Row(place, tuple(_fields(place)))


def as_json(row: Row) -> dict[str, Any]:
    """A place as values of JSON: codes, not words, but for its title."""
    period = row.place.kept.period
    return {
        "name": row.place.name,
        "title": row.title,
        "where": row.place.where.value,
        "is_encrypted": row.place.is_encrypted,
        "about": [one.value for one in row.whose],
        "categories": list(row.categories),
        "purposes": list(row.purposes),
        "kept": {"until": row.place.kept.until.value, "seconds": int(period.total_seconds()) if period else None},
        "goes": row.goes.value,
        "fields": [_field_as_json(field) for field in row.fields],
    }


def _field_as_json(field: Field) -> dict[str, Any]:
    held = field.holding
    keys = [{"path": key.path, "about": key.whose, "category": key.category} for key in held.keys or () if key.whose]
    told = {"name": field.name, "about": held.whose, "category": held.category, "purpose": held.purpose}
    told["erase"] = held.erase
    kept = {"because": held.because} if held.because else {}
    return told | {"is_exported": held.is_exported} | kept | ({"keys": keys} if keys else {})


def _is_of_account(row: Row) -> bool:
    is_shared = row.place.is_table and "." not in row.place.name
    return bool(row.categories) and (not is_shared or Whose.AGENT in row.whose)


def _fields(place: Place) -> Iterator[Field]:
    if not place.is_table:
        return
    if place.name in TABLES:
        yield from (Field(name, holding) for name, holding in sorted(TABLES[place.name].personal.items()))
        return
    for field in apps.get_model(place.name)._meta.local_fields:
        holding = holding_of(field)
        if holding is not None and holding.is_personal:
            yield Field(field.column, holding)


def _inside(keys: Iterable[Key] | None) -> Iterator[str]:
    return (key.category for key in keys or () if key.category)
