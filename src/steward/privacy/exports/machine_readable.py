"""The export for machines: one JSON file, written record by record. Its format is in docs/how-to/person-exports.md."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from steward.privacy.inventory.exporting import Record

FORMAT, VERSION = "steward-person-export", 1


def written(head: dict[str, Any], sections: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[bytes]:
    """UTF-8 bytes of `{"format", "version", ...head, "sections": {name: [record, ...]}}`."""
    told = {"format": FORMAT, "version": VERSION, **head}
    yield (_json(told)[:-1] + ',\n"sections": {').encode()
    for number, (name, records) in enumerate(sections):
        yield f"{',' if number else ''}\n{_json(name)}: [".encode()
        for position, record in enumerate(records):
            yield f"{',' if position else ''}\n{_json(record)}".encode()
        yield b"\n]"
    yield b"\n}}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ": "))
