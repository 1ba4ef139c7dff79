"""A backup of a grown help desk, and its restore into an empty place, with the erasures that came after it."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings

from steward.backups.manifests import backups_in, read_manifest
from steward.bench.figures import load
from steward.bench.filling import fill
from steward.bench.inhabitants import large_account
from steward.bench.running import SAVED_SIZE
from steward.contacts.models import Contact
from steward.lib.ids import new_id
from steward.privacy.egress import wall
from steward.privacy.erasure.ledger import ledger_path, write_certificate, write_down
from steward.privacy.inventory.stores import Extent, widened
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.models import Ticket

ERASURES = 1_000
_TICKETS_A_FILE = 250  # of a megabyte each
_SHARE = 20  # at most one erasure in so many tickets
_MB = 1 << 20
Figures = dict[str, Any]


def measure(superuser: str, size: int) -> Figures:
    """Seconds and megabytes (of 2**20 bytes, as they are written) of both. Raises `CalledProcessError`."""
    tickets = min(SAVED_SIZE, size)
    data: Path = settings.STEWARD_DATA
    if large_account() is None:
        fill(superuser, tickets)
    _write_files(data / "files" / "bench", tickets // _TICKETS_A_FILE)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    place = data / "bench-backups"
    shutil.rmtree(place, ignore_errors=True)
    made = _timed(["backup", "--to", str(place)], data)
    [folder] = backups_in(place)
    written = sum(part.size for part in read_manifest(folder).parts.values()) / _MB
    erased = _write_erasures(account, min(ERASURES, tickets // _SHARE))
    restored, left = _restored(data, str(folder))
    return {
        "backup": {
            "tickets": tickets, "megabytes": round(written), "seconds": round(made, 1),
            "per_second": round(written / made, 1),
            "erasures": erased, "restored": round(restored, 1), "left": left, "load": load(),
        }
    }  # fmt: skip


def _write_files(folder: Path, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in range(number):
        (folder / str(each)).write_bytes(secrets.token_bytes(_MB))


def _write_erasures(account: Account, number: int) -> int:
    """As if so many people were erased after the backup: in the ledger, and not in what is restored."""
    with account_scope(account.id):
        people = list(Contact.objects.order_by("pk").values_list("pk", flat=True)[:number])
        extents = [widened(Extent(tickets=_tickets_of(person), contacts=(person,))) for person in people]
    for extent in extents:
        entry = write_down(account.id, new_id(), extent)
        at = dict.fromkeys(("planned_at", "started_at", "live_done_at", "backups_end_at"), entry.at)
        write_certificate(
            account.id,
            erasure=entry.erasure,
            of="person",
            sha256="0" * 64,
            asked_by_kind="system",
            asked_by_id="",
            **at,
        )
    return len(extents)


def _tickets_of(person: Any) -> tuple[Any, ...]:
    return tuple(Ticket.objects.filter(requester=person).values_list("pk", flat=True))


def _restored(data: Path, folder: str) -> tuple[float, int]:
    """Seconds until everything is back but the erased, and how much of the ledger was not followed."""
    place = data.with_name(f"{data.name}-restored")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o711)
    try:
        for name in ("keys", "secret"):
            source = data / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, place / name)
        seconds = _timed(["restore", folder], place)
        again = _said(["restore", "--replay"], place)
        return seconds, int(again.split(" ", 1)[0])
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _timed(arguments: list[str], data: Path) -> float:
    begin = perf_counter()
    _said(arguments, data)
    return perf_counter() - begin


def _said(arguments: list[str], data: Path) -> str:
    """What the command prints, as it is typed, in a process of its own."""
    places = {"STEWARD_DATA": str(data), "STEWARD_LEDGER": str(ledger_path().parent)}
    with wall.allow_child("what is measured is the command as it is typed"):
        return subprocess.run(
            [sys.executable, "-m", "steward.project.cli", *arguments],
            env={**os.environ, **places}, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True, text=True,
        ).stdout  # fmt: skip
