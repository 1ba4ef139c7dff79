"""What the processes that are measured have used of the processors."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_used(data: Path, named: dict[str, int]) -> dict[str, float]:
    """Processor seconds so far of each process without its children, of the mail parsers together, and of PostgreSQL.

    Linux only, as it reads /proc; empty elsewhere.
    """
    if not Path("/proc/self/stat").exists():
        return {}
    used = {name: _own(pid) for name, pid in named.items()}
    used["parser"] = sum(_own(child) for pid in named.values() for child in _children(pid))
    postmaster = int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    # With those of its children that have gone; they are few and short-lived while it is measured.
    used["postgres"] = _own(postmaster, gone_children=True) + sum(_own(child) for child in _children(postmaster))
    return used


def _own(pid: int, *, gone_children: bool = False) -> float:
    """proc(5): utime, stime and, of children that have been waited for, cutime and cstime."""
    fields = _stat(pid)
    return sum(int(field) for field in fields[11 : 15 if gone_children else 13]) / _TICKS


def _children(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(int(path.name))[1]) == pid:
                yield int(path.name)
        except (FileNotFoundError, ProcessLookupError):
            continue  # has just ended


def _stat(pid: int) -> list[str]:
    """What follows the name, which may hold spaces: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
