"""What JSON values hold, compared with what their fields say: a key nobody declared is a place nobody knows of."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models

from steward.privacy.inventory.declarations import Key, holding_of

Path = tuple[str, ...]


def paths_in(value: Any, before: Path = ()) -> Iterator[Path]:
    """The path of keys to each plain value; lists are gone through."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*before, str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from paths_in(inner, before)
    else:
        yield before


def undeclared_paths(keys: Iterable[Key], value: Any) -> list[str]:
    """The paths in a value that no declared key covers, joined with points, in their order."""
    declared = [_parts(key.path) for key in keys]
    found = dict.fromkeys(path for path in paths_in(value) if not any(_covers(one, path) for one in declared))
    return [".".join(path) for path in found]


def undeclared_in(field: "models.Field[Any, Any]", value: Any) -> list[str]:
    """What a value for a JSON field holds beyond what the field says. Nothing for NULL, and where no keys are told."""
    holding = holding_of(field)
    if value is None or holding is None or holding.keys is None:
        return []
    return undeclared_paths(holding.keys, value)


def json_fields(model: type[models.Model]) -> list[models.JSONField]:
    """The JSON fields of a model."""
    return [field for field in model._meta.local_fields if isinstance(field, models.JSONField)]


def undeclared_in_rows(model: type[models.Model]) -> list[str]:
    """What the rows in scope hold beyond what their fields say, as `app.Model.field: path`, each once."""
    found: dict[str, None] = {}
    for field in json_fields(model):
        for value in model._default_manager.values_list(field.name, flat=True).iterator():
            found |= dict.fromkeys(f"{model._meta.label}.{field.name}: {path}" for path in undeclared_in(field, value))
    return list(found)


def _parts(path: str) -> Path:
    return tuple(path.split(".")) if path else ()


def _covers(declared: Path, path: Path) -> bool:
    return len(declared) == len(path) and all(one in {"*", key} for one, key in zip(declared, path, strict=True))
