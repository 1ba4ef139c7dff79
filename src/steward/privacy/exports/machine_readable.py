"""The export for machines: one JSON file, written record by record. Its format is in docs/how-to/person-exports.md."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from steward.privacy.inventory.exporting import Record

FORMAT, VERSION = "steward-person-export", 1


def record_in(record: Record, *, is_first: bool) -> bytes:
    """One record as it stands in the list of its section."""
    return f"{'' if is_first else ','}\n{_json(record)}".encode()


def written(head: dict[str, Any], sections: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """UTF-8 bytes of `{"format", "version", ...head, "sections": {name: [record, ...]}}`, of what `record_in` gave."""
    told = {"format": FORMAT, "version": VERSION, **head}
    yield (_json(told)[:-1] + ',\n"sections": {').encode()
    for number, (name, records) in enumerate(sections):
        yield f"{',' if number else ''}\n{_json(name)}: [".encode()
        yield from records
        yield b"\n]"
    yield b"\n}}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ": "))
