"""Mail that does not leave the machine: kept in a Maildir, where any mail client can read it.

The format is that of maildir(5): written below `tmp`, flushed, then linked into `new`, so that a reader never sees half
a mail. Lines end with LF, as in every Maildir; the envelope stands in header lines put before the mail.
"""

import itertools
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from steward.lib.clock import now

ENVELOPE_FROM = "X-Envelope-From"
ENVELOPE_TO = "X-Envelope-To"
ACCOUNT = "X-Steward-Account"

_count = itertools.count()


def maildir() -> Path:
    """The Maildir of this installation."""
    return Path(settings.STEWARD_DATA) / "outbox"


def keep(raw: bytes, *, envelope_from: str, envelope_to: Sequence[str], account: str) -> Path:
    """Put a mail into the Maildir; when this returns it is on the disk. `account` is the slug. Returns its path."""
    folder = maildir()
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    head = {ENVELOPE_FROM: envelope_from, ENVELOPE_TO: ", ".join(envelope_to), ACCOUNT: account}
    lines = b"".join(f"{name}: {_one_line(value)}\n".encode() for name, value in head.items())
    name = _unique_name()
    _write(folder / "tmp" / name, lines + raw.replace(b"\r\n", b"\n"))
    target = folder / "new" / name
    os.link(folder / "tmp" / name, target)
    (folder / "tmp" / name).unlink()
    _sync(folder / "new")
    return target


def _unique_name() -> str:
    """Time, process, count and chance; not the name of the machine, which is nobody's business."""
    at = now()
    return f"{int(at.timestamp())}.M{at.microsecond:06d}P{os.getpid()}Q{next(_count)}R{secrets.token_hex(4)}.steward"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
