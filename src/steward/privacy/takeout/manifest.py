"""What is in an archive, counted and hashed while it is written."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_NAMED = 10_000  # files that could not be read are named, as many as that


class Miscounted(RuntimeError):
    """The archive has not what the account had in that moment."""


@dataclass(slots=True)
class Part:
    """One file of the archive. `holds` are its records or its files."""

    path: str
    holds: int = 0
    bytes: int = 0
    sha256: str = ""

    @property
    def told(self) -> dict[str, Any]:
        what = "records" if self.path.endswith(".jsonl") else "files"
        held = {what: self.holds} if self.path.endswith((".jsonl", ".tar")) else {}
        return {"path": self.path, "bytes": self.bytes, "sha256": self.sha256, **held}


@dataclass(slots=True)
class Manifest:
    """Its parts so far, and what of them could not be read: (table, id, why)."""

    parts: list[Part] = field(default_factory=list)
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)
    spoilt: int = 0

    def counted(self, part: Part, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes; when all have been read, the part is in the manifest."""
        digest = hashlib.sha256()
        for chunk in chunks:
            part.bytes += len(chunk)
            digest.update(chunk)
            yield chunk
        part.sha256 = digest.hexdigest()
        self.parts.append(part)

    def note_spoilt(self, table: str, row: object, why: str) -> None:
        """A file that is not in the archive as it should be."""
        self.spoilt += 1
        if len(self.unreadable) < _NAMED:
            self.unreadable.append((table, str(row), why))

    def records(self) -> int:
        """Lines of JSON in all of it."""
        return sum(part.holds for part in self.parts if part.path.startswith("tables/"))

    def files(self) -> int:
        """Files and mails in all of it, the spoilt ones among them."""
        return sum(part.holds for part in self.parts if part.path.endswith(".tar"))

    @property
    def told(self) -> dict[str, Any]:
        return {
            "records": self.records(),
            "files": self.files(),
            "parts": [part.told for part in self.parts],
            "unreadable": self.spoilt,
            "unreadable_named": [{"table": table, "id": row, "why": why} for table, row, why in self.unreadable],
        }
