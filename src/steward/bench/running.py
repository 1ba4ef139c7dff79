"""Running the parts one after the other, each in a process of its own with a data directory of its own."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from steward.bench.machine import commit, machine
from steward.bench.tables import table
from steward.privacy.egress import wall

MAIL = "mail"
LIVE = "live"
CLICK = "click"
REGISTRY = "registry"
GATE = "gate"
ERASE = "erase"
PURGE = "purge"
BACKUP = "backup"
EXPORT = "export"
AUDIT = "audit"
LIFECYCLE = "lifecycle"
DELETE = "delete"
CLICKED_SIZE = 100_000
SAVED_SIZE = 50_000
EMPTY = "empty"  # a data directory in which nothing was ever measured
COMPLETE = "bench-complete"  # in a data directory, once all rows are in
Figures = dict[str, Any]


def run(options: argparse.Namespace) -> int:
    """Measure what the options ask for, print the table and write the JSON; returns the exit code."""
    told: Figures = {"commit": commit(), "machine": machine()}
    shutil.rmtree(Path(os.environ["STEWARD_DATA"]).absolute() / EMPTY, ignore_errors=True)  # of another version, maybe
    parts = [_measured(options, name, arguments) for name, arguments in _parts(options)]
    if any(part is None for part in parts):
        return 1
    told |= {"mail": next((part for part in parts if part and "mails" in part), None)}
    told |= {"live": next((part for part in parts if part and "idle" in part), None)}
    told |= {"browser": next((part["browser"] for part in parts if part and "browser" in part), None)}
    told |= {"registry": next((part["registry"] for part in parts if part and "registry" in part), None)}
    told |= {"gate": next((part["gate"] for part in parts if part and "gate" in part), None)}
    told |= {"erase": next((part["erase"] for part in parts if part and "erase" in part), None)}
    told |= {"export": next((part["export"] for part in parts if part and "export" in part), None)}
    told |= {"purge": next((part["purge"] for part in parts if part and "purge" in part), None)}
    told |= {"backup": next((part["backup"] for part in parts if part and "backup" in part), None)}
    for name in (AUDIT, LIFECYCLE, DELETE):
        told |= {name: next((part[name] for part in parts if part and name in part), None)}
    told |= {"pages": [part for part in parts if part and "size" in part]}
    print(table(told))
    out = options.out or Path("bench-results") / f"{told['commit']}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=1))
    print(f"\nAll figures and the plans behind them: {out}")
    return 0


def _parts(options: argparse.Namespace) -> Iterator[tuple[str, Sequence[str]]]:
    """The data directory of each part, and the arguments it is called with."""
    if options.only in {"", "mail"}:
        yield MAIL, ["--part", MAIL, "--mails", str(options.mails), "--connections", str(options.connections)]
    if options.only in {"", LIVE}:
        yield LIVE, ["--part", LIVE, "--browsers", str(options.browsers), "--idle", str(options.idle)]
    if options.only in {"", CLICK}:
        # In the data that the pages are measured with.
        size = CLICKED_SIZE if CLICKED_SIZE in options.size else options.size[-1]
        yield f"pages-{size}", ["--part", CLICK, "--size", str(size), "--rounds", str(options.rounds)]
    if options.only in {"", REGISTRY}:
        yield REGISTRY, ["--part", REGISTRY, "--rounds", str(options.rounds)]
    if options.only in {"", GATE}:
        yield GATE, ["--part", GATE, "--rounds", str(options.rounds)]
    if options.only in {"", BACKUP}:
        # In the data that the pages are measured with, where those are not more than a backup is measured with.
        size = options.size[-1]
        yield BACKUP if size > SAVED_SIZE else f"pages-{size}", ["--part", BACKUP, "--size", str(size)]
    if options.only not in {MAIL, LIVE, CLICK, REGISTRY, GATE, ERASE, PURGE, BACKUP, EXPORT, AUDIT, LIFECYCLE, DELETE}:
        only = ["--only", options.only] if options.only else []
        for size in options.size:
            yield f"pages-{size}", ["--part", "pages", "--size", str(size), "--rounds", str(options.rounds), *only]
    for name in (AUDIT, LIFECYCLE):
        if options.only in {"", name}:
            size = options.size[-1]
            yield f"{name}-{size}", ["--part", name, "--size", str(size)]
    if options.only in {"", EXPORT}:
        size = options.size[-1]
        yield f"pages-{size}", ["--part", EXPORT, "--size", str(size)]
    if options.only in {"", ERASE}:
        # Last: one ticket in a hundred of these data is not there any more afterwards.
        size = options.size[-1]
        yield f"pages-{size}", ["--part", ERASE, "--size", str(size), "--rounds", str(options.rounds)]
    if options.only in {"", PURGE}:
        size = options.size[-1]
        yield f"pages-{size}", ["--part", PURGE, "--size", str(size)]
    if options.only in {"", DELETE}:
        # In data of its own, made anew each time: what it deletes never comes back.
        yield DELETE, ["--part", DELETE, "--size", str(options.size[-1]), "--rounds", str(options.rounds)]


def _measured(options: argparse.Namespace, name: str, arguments: Sequence[str]) -> Figures | None:
    data = Path(os.environ["STEWARD_DATA"]).absolute() / name
    # Jobs of an earlier run would disturb the mails; data whose filling was interrupted are of no use.
    is_over = name in {MAIL, LIVE, REGISTRY, GATE, DELETE} or not (data / COMPLETE).exists()
    if data.exists() and (options.fresh or is_over):
        shutil.rmtree(data)
    print(f"Measuring {name} ...", file=sys.stderr, flush=True)
    if not data.exists():
        _set_up(data, copied=not options.only)
    child = _steward(data, ["bench", *arguments])
    if child.returncode != 0:
        print(f"{name} could not be measured; the lines above say why.", file=sys.stderr)
        return None
    figures: Figures = json.loads(child.stdout.splitlines()[-1])
    return figures


def _set_up(data: Path, *, copied: bool) -> None:
    """Make an empty installation there. Where several are needed one is made, and `copied`."""
    if not copied:
        data.mkdir(mode=0o711, parents=True)
        return  # its part sets it up
    made = data.with_name(EMPTY)
    if not made.exists():
        made.mkdir(mode=0o711, parents=True)
        _steward(made, ["migrate"]).check_returncode()
    with wall.allow_child("PostgreSQL's files are copied with their owner"):
        subprocess.run(["cp", "-a", str(made), str(data)], check=True)


def _steward(data: Path, arguments: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "STEWARD_DATA": str(data)}
    command = [sys.executable, "-m", "steward.project.cli", *arguments]
    with wall.allow_child("each part is measured in a process of its own"):
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
