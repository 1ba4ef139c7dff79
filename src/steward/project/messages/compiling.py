"""From catalogues that people edit to those that gettext reads. Needs no Django: builds of the wheel use it, too."""

import os
import tempfile
from pathlib import Path

import polib

LOCALE = Path(__file__).parents[2] / "locale"


def compile_changed(locale: Path = LOCALE) -> list[Path]:
    """Write each `django.mo` that is missing or older than what it is made of; those that were written.

    An installed Steward has no sources of catalogues, and nothing happens.
    """
    return [_compile(folder) for folder in sorted(locale.glob("*/LC_MESSAGES")) if _is_behind(folder)]


def _is_behind(folder: Path) -> bool:
    sources = list(folder.glob("*.po"))
    compiled = folder / "django.mo"
    if not compiled.exists():
        return bool(sources)
    return any(source.stat().st_mtime_ns > compiled.stat().st_mtime_ns for source in sources)


def _compile(folder: Path) -> Path:
    """Ours and the supplement in one: a process reads a whole file at a time, and both have the same plural rule."""
    merged = polib.POFile()
    began = max(source.stat().st_mtime_ns for source in folder.glob("*.po"))
    for source in sorted(folder.glob("*.po"), reverse=True):  # upstream.po, then ours, whose header counts
        catalogue = polib.pofile(str(source))
        merged.metadata = catalogue.metadata if source.name == "django.po" or not merged.metadata else merged.metadata
        merged.extend(catalogue)
    return _replace(folder / "django.mo", merged.to_binary(), began)


def _replace(path: Path, content: bytes, stamp: int) -> Path:
    """Several processes may start at once: each sees the old file or the new one, never half of it.

    The file is as old as its newest source: a catalogue saved while this ran is compiled at the next start.
    """
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as written:
        written.write(content)
    Path(name).chmod(0o644)
    os.utime(name, ns=(stamp, stamp))
    return Path(name).replace(path)
