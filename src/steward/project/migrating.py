"""What `setting_up` runs as the owner of the tables: migrations; then keys and static files, while Django is there."""

import hashlib
import importlib.metadata
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from steward.privacy.keys.store import set_up_keys
from steward.project.starting import start_django
from steward.ui import joining, sheets, storage

_NOTE = ".source"
_TOOLS = ("django", "whitenoise", "rjsmin")


def main() -> int:
    start_django()
    if is_behind():
        call_command("migrate", verbosity=0, interactive=False)
    set_up_keys()
    collect_static()
    return 0


def is_behind() -> bool:
    """Whether a migration is missing; looking is quicker than running `migrate` for nothing."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def collect_static() -> None:
    """Fill STATIC_ROOT, unless it holds what the sources are now."""
    if settings.STEWARD_TESTING:
        return
    note = Path(settings.STATIC_ROOT) / _NOTE
    digest = _digest()
    if note.exists() and note.read_text() == digest:
        return
    note.unlink(missing_ok=True)  # what is left half done is not taken for whole
    call_command("collectstatic", verbosity=0, interactive=False)
    note.write_text(digest)


def _digest() -> str:
    """Changes when any source file does, or what joins, names and compresses them."""
    return hashlib.sha256("\n".join(sorted(_signatures())).encode()).hexdigest()


def _signatures() -> Iterator[str]:
    for tool in _TOOLS:
        yield f"{tool} {importlib.metadata.version(tool)}"
    for module in (joining, sheets, storage):
        yield f"{module.__name__} {hashlib.sha256(inspect.getsource(module).encode()).hexdigest()}"
    for finder in get_finders():
        for path, found in finder.list([]):
            stat = Path(found.path(path)).stat()
            yield f"{path} {stat.st_size} {stat.st_mtime_ns}"


if __name__ == "__main__":
    sys.exit(main())
