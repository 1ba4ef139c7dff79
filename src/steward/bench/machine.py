"""What the figures were measured on."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from steward.lib.clock import now
from steward.privacy.egress import wall

_LIBRARIES = ("django", "psycopg", "procrastinate", "aiosmtpd", "nh3")
_HERE = Path(__file__).resolve().parents[3]


def commit() -> str:
    """The commit of the source, with `-changed` when files differ from it; `unknown` without a repository."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    return f"{head}-changed" if _git("status", "--porcelain", "--untracked-files=no") else head


def machine() -> dict[str, Any]:
    """Processor, memory, system and versions. Not the name of the machine, which tells nobody anything."""
    return {
        "processor": _processor(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "at": now().isoformat(timespec="seconds"),
    }


def postgres_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _git(*arguments: str) -> str:
    with wall.allow_child("asking git which commit is measured"):
        try:
            asked = subprocess.run(["git", "-C", _HERE, *arguments], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return ""
    return asked.stdout.strip()
