"""Whether anything changed since the last set-up, seen without starting Django: a second start takes seconds."""

import hashlib
import importlib.metadata
import os
from collections.abc import Iterator
from pathlib import Path

import steward

_NOTE = ".set-up"
_LIBRARIES = ("django", "django-allauth", "procrastinate")  # those whose migrations or static files we use


def is_set_up(data: Path) -> bool:
    """Whether `data` was set up by exactly this code."""
    note = data / _NOTE
    return note.exists() and note.read_text() == _fingerprint()


def note_set_up(data: Path) -> None:
    """Remember that the set-up is done."""
    (data / _NOTE).write_text(_fingerprint())


def _fingerprint() -> str:
    """Changes with any migration, static file or sample of ours and with the version of a library that has some."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES]
    return hashlib.sha256("\n".join([*versions, *sorted(_signatures())]).encode()).hexdigest()


def _signatures() -> Iterator[str]:
    root = Path(steward.__file__).parent
    for folder, _folders, names in os.walk(root):
        if not {"migrations", "static", "samples"}.intersection(Path(folder).relative_to(root).parts):
            continue
        for name in names:
            if not name.endswith(".pyc"):
                stat = (Path(folder) / name).stat()
                yield f"{folder}/{name} {stat.st_size} {stat.st_mtime_ns}"
