"""How much memory PostgreSQL may keep pages in."""

import os
from pathlib import Path

MIB = 2**20
LEAST, MOST = 256 * MIB, 4096 * MIB
_SHARE = 8  # The processes of Steward, and the system's own cache of the same files, need the rest.
# Of this process or container: version 2 of Linux control groups, then version 1.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def shared_buffers(memory: int) -> str:
    """The setting for a machine with so many bytes: an eighth of them, from 256 MB to 4 GB.

    Search reads thousands of pages for one answer, quicker out of these buffers than handed over by the system.
    PostgreSQL takes the memory as it fills it, not when it starts.
    """
    return f"{min(max(memory // _SHARE, LEAST), MOST) // MIB}MB"


def memory(limits: tuple[Path, ...] = _LIMITS) -> int:
    """The bytes this machine has, or the container that we run in."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    texts = [limit.read_text().strip() for limit in limits if limit.exists()]
    return min(found + [int(text) for text in texts if text.isdigit()])  # "max" where there is no limit
