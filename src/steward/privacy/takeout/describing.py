"""What each file of the archive holds, said in the archive itself: made of the models, so it is never behind them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.privacy.inventory import holding_of
from steward.privacy.takeout.contents import HEX, LEFT_FILES, LEFT_OUT, MAILS, NEVER_GIVEN, Table, all_tables

FORMAT, VERSION = "steward-account-copy", 1
_TYPES: tuple[tuple[type["models.Field[Any, Any]"], str], ...] = (
    (models.UUIDField, "UUID"),
    (models.BooleanField, "true or false"),
    (models.DateTimeField, "time, ISO 8601, UTC"),
    (models.DateField, "date, ISO 8601"),
    (models.DurationField, "length of time, ISO 8601"),
    (models.DecimalField, "decimal number as text"),
    (models.IntegerField, "number"),
    (models.BinaryField, "hexadecimal digits"),
    (models.JSONField, "JSON"),
)


def schema() -> dict[str, Any]:
    """The format as values of JSON: tables in the order in which they can be imported, with their fields."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tables": [_told(table) for table in all_tables()],
        "tables_left_out": dict(LEFT_OUT),
        "files": {
            "files/*.tar": "files.File: the bytes of each, decrypted, under its id and the name it was sent with",
            **{f"{path}-*.tar": f"{label}: each as it is kept, decrypted (RFC 5322)" for label, path in MAILS.items()},
        },
        "files_left_out": dict(LEFT_FILES),
        # In English like the names of the fields: not for people who read pages.
        "never": f"Passwords, keys, tokens, second factors, sessions, passphrases: {NEVER_GIVEN}.",  # not for people
    }


def in_words() -> str:
    """The same as a page in Markdown, in English, as docs are."""
    parts = [f"# Format of a copy of everything, version {VERSION}", ""]
    for table in all_tables():
        parts += [f"## `{table.path}`", "", " ".join((table.model.__doc__ or "").split()), ""]
        parts += ["| Field | Holds | About |", "|---|---|---|"]
        parts += [f"| `{each['name']}` | {_row(each)} | {each.get('about', '')} |" for each in _fields(table)]
        left = [f"Left out: `{name}`, {why}." for name, why in table.left.items()]  # not for people
        parts += ["", *left, ""]
    parts += ["## Tables left out", "", *(f"- `{name}`: {why}" for name, why in LEFT_OUT.items()), ""]
    return "\n".join(parts)


def _told(table: Table) -> dict[str, Any]:
    told = {"path": table.path, "table": table.name, "about": " ".join((table.model.__doc__ or "").split())}
    return told | {"fields": _fields(table), "left_out": dict(table.left)}


def _fields(table: Table) -> list[dict[str, Any]]:
    return [_field(field) for field in table.fields]


def _field(field: "models.Field[Any, Any]") -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.column, "type": _type(field)}
    if field.null:
        told["may_be_null"] = True
    if field.is_relation and isinstance(field.related_model, type):
        told["refers_to"] = field.related_model._meta.label
    if field.choices:
        told["one_of"] = [str(value) for value, _words in field.flatchoices]
    holding = holding_of(field)
    if holding and holding.is_personal:
        told |= {"about": str(holding.whose), "category": holding.category}
    return told


def _type(field: "models.Field[Any, Any]") -> str:
    if isinstance(field, ArrayField):
        return f"list of {_type(field.base_field)}"
    if field.is_relation:
        return _type(field.target_field)  # type: ignore[attr-defined]  # of a foreign key
    if f"{field.model._meta.label}.{field.name}" in HEX:
        return "hexadecimal digits"
    return next((words for kind, words in _TYPES if isinstance(field, kind)), "text")


def _row(field: dict[str, Any]) -> str:
    words = [field["type"]]
    if "refers_to" in field:
        words.append(f"of `{field['refers_to']}`")
    if "one_of" in field:
        words.append("one of " + ", ".join(f"`{value}`" for value in field["one_of"]))
    return ", ".join([*words, *(["or null"] if field.get("may_be_null") else [])])
