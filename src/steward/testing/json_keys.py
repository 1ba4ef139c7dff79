"""Keys of JSON values that tests have written and that no field declares."""

from typing import Any

from django.db.models import JSONField

from steward.privacy.inventory.json_keys import undeclared_in

_found: list[str] = []


def watch() -> None:
    """Look at every JSON value that is written from now on, whoever writes it."""
    write = JSONField.get_db_prep_save

    def look_and_write(field: JSONField, value: Any, connection: Any) -> Any:
        if not hasattr(value, "as_sql"):
            _found.extend(f"{field.model._meta.label}.{field.name}: {path}" for path in undeclared_in(field, value))
        return write(field, value, connection)

    JSONField.get_db_prep_save = look_and_write  # type: ignore[assignment, method-assign]  # for tests alone


def undeclared_keys() -> list[str]:
    """All that were found so far."""
    return _found
