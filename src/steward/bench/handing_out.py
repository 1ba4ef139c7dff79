"""Exporting a person with many tickets among many more, by the command, and how much memory that takes."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from django.conf import settings

from steward.bench.figures import load
from steward.bench.filling import fill
from steward.bench.forgetting import MOST, make_theirs, tickets_of
from steward.bench.inhabitants import SLUG, large_account
from steward.files.models import File
from steward.files.streams import discard, store_stream
from steward.privacy.egress import wall
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.models import Attachment, Message

FEW = 100  # tickets of somebody else, to compare memory with
_SHARE = 10  # at most one ticket in so many
_FILE = 200  # megabytes of one file, at most
_TICKETS_A_MEGABYTE = 500
_MB = 1 << 20
_LOOKING = 0.05  # seconds between two looks at the memory
Figures = dict[str, Any]


def measure(superuser: str, size: int) -> Figures:
    """Seconds from the command to the archive, and the most memory its process had: with few and with many tickets,
    and with one large file. Raises `CalledProcessError`.
    """
    if large_account() is None:
        fill(superuser, size)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    many, few = "copied@customer.example", "seldom@customer.example"
    make_theirs(superuser, account, min(FEW, size // _SHARE), address=few)
    make_theirs(superuser, account, min(MOST, size // _SHARE), address=many)
    rarely = {"tickets": tickets_of(account, few)} | _exported(few)
    told: Figures = {"size": size, "tickets": tickets_of(account, many), "few": rarely}
    megabytes = max(1, min(_FILE, size // _TICKETS_A_MEGABYTE))
    with _large_file(account, few, megabytes):
        told["file"] = {"megabytes": megabytes} | _exported(few)
    return {"export": told | _exported(many) | {"load": load()}}


@contextmanager
def _large_file(account: Account, address: str, megabytes: int) -> Iterator[None]:
    """Within, one of their messages has a file that does not compress."""
    file = store_stream(account.id, (secrets.token_bytes(_MB) for _ in range(megabytes)), content_type="image/tiff")
    with account_scope(account.id):
        file.save(force_insert=True)
        message = Message.objects.filter(contact__addresses__folded=address)[:1].get()
        attached = Attachment.objects.create(message=message, file=file, name="Scan.tiff")
    try:
        yield
    finally:
        with account_scope(account.id):
            attached.delete()
            File.objects.filter(pk=file.pk).delete()
        discard(file.storage_key)


def _exported(address: str) -> Figures:
    """The command as it is typed, in a process of its own."""
    with TemporaryDirectory(dir=settings.STEWARD_DATA) as folder:
        archive = Path(folder) / "export.zip"
        command = [sys.executable, "-m", "steward.project.cli", "person", "export", "--account", SLUG]
        command += ["--email", address, "--yes", "--to", str(archive)]
        begin = perf_counter()
        with wall.allow_child("what is measured is the command as it is typed"):
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        memory = 0
        while child.poll() is None:
            memory = max(memory, _most_memory(child.pid))
            sleep(_LOOKING)
        seconds = perf_counter() - begin
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, command)
        size = archive.stat().st_size / _MB
        return {"seconds": round(seconds, 1), "archive": round(size, 1), "memory": round(memory / _MB)}


def _most_memory(pid: int) -> int:
    """The most bytes a process had so far (`VmHWM` of proc(5)); 0 when it has ended.

    What the system says of an ended child counts the memory of the parent it came from, too.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
