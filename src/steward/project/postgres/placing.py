"""Where the data directory goes when nobody says: beside the program, or where PostgreSQL's own user can reach it."""

import hashlib
import os
from pathlib import Path

SYSTEM_WIDE = Path("/var/lib/steward")


def default_data(preferred: Path) -> Path:
    """`preferred`, absolute; started as root below a folder closed to others, one in /var/lib/steward instead.

    Only looks: makes nothing, and changes no permission.
    """
    preferred = preferred.absolute()
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in preferred.parents if folder.exists()):
        return preferred
    # Two check-outs on one machine stay apart.
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:8]
    return SYSTEM_WIDE / f"{preferred.parent.name}-{digest}"
