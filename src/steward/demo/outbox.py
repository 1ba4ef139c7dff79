"""Reading the mail that was kept instead of sent: the Maildir of `steward.outbox.maildir`."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import getaddresses
from functools import lru_cache
from pathlib import Path

from steward.outbox.maildir import ACCOUNT, ENVELOPE_FROM, ENVELOPE_TO, maildir

_NAME = re.compile(r"[0-9A-Za-z.]{1,120}")
_AT = re.compile(r"(\d+)-M(\d{6})")
PREVIEW = 120  # characters


class NoSuchMail(LookupError):
    """There is no mail with this id, or not any more."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A part that is not the text: `content_id` without angle brackets, empty for ordinary attachments."""

    number: int
    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail of the outbox."""

    id: str
    at: datetime
    account: str  # slug
    envelope_from: str
    envelope_to: str
    message: EmailMessage = field(repr=False)
    raw: bytes = field(repr=False)  # as it would have left, lines ending with CRLF

    def header(self, name: str) -> str:
        """A header as people read it, on one line; empty when there is none."""
        return " ".join(str(self.message.get(name, "")).split())

    def people(self, name: str) -> list[tuple[str, str]]:
        """Names and addresses in a header."""
        return [(n, a) for n, a in getaddresses([self.header(name)]) if a]

    @property
    def subject(self) -> str:
        return self.header("subject")

    @property
    def is_automatic(self) -> bool:
        return bool(self.header("auto-submitted"))

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def preview(self) -> str:
        return " ".join(self.text[: PREVIEW * 4].split())[:PREVIEW]

    def files(self) -> list[KeptFile]:
        """Everything but the text, in order."""
        bodies = [self.message.get_body((kind,)) for kind in ("plain", "html")]
        parts = [part for part in self.message.walk() if not part.is_multipart() and part not in bodies]
        return [_file(number, part) for number, part in enumerate(parts)]

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


def kept_mails(*, before: str = "", limit: int | None = None) -> list[KeptMail]:
    """The mails of the outbox, newest first; `before` is the id of the last one shown already."""
    paths = _paths()
    names = sorted(paths, reverse=True)
    if before:
        names = [name for name in names if name < before]
    return [_read(name, paths[name]) for name in names[:limit]]


def kept_mail(mail_id: str) -> KeptMail:
    """One mail; raises `NoSuchMail`."""
    path = _paths().get(mail_id)
    if path is None:
        raise NoSuchMail(mail_id)
    return _read(mail_id, path)


def kept_ids() -> set[str]:
    """The ids of all mails in the outbox."""
    return set(_paths())


def newest_mark() -> str:
    """Changes when a mail comes in or goes."""
    paths = _paths()
    return f"{len(paths)}-{max(paths, default='')}"


def _paths() -> dict[str, Path]:
    """By id: the name without flags, and without dots, so that it can stand in addresses and pages."""
    return {path.name.partition(":")[0].replace(".", "-"): path for path in _files()}


def _files() -> Iterator[Path]:
    """New mail, and what a mail client has moved to `cur` with flags behind a colon."""
    for part in ("new", "cur"):
        folder = maildir() / part
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if _NAME.fullmatch(path.name.partition(":")[0]))


@lru_cache(maxsize=256)  # a mail in a Maildir never changes
def _read(name: str, path: Path) -> KeptMail:
    try:
        stored = path.read_bytes()
    except FileNotFoundError as error:
        raise NoSuchMail(name) from error
    message = email.message_from_bytes(stored, _class=EmailMessage, policy=modern)
    envelope = {header: str(message.get(header, "")) for header in (ACCOUNT, ENVELOPE_FROM, ENVELOPE_TO)}
    for header in envelope:
        del message[header]
    return KeptMail(
        id=name,
        at=_moment(name),
        account=envelope[ACCOUNT],
        envelope_from=envelope[ENVELOPE_FROM],
        envelope_to=envelope[ENVELOPE_TO],
        message=message,
        raw=_without_envelope(stored),
    )


def _moment(name: str) -> datetime:
    found = _AT.match(name)
    return datetime.fromtimestamp(int(found[1]) + int(found[2]) / 1e6, UTC) if found else datetime.fromtimestamp(0, UTC)


def _without_envelope(stored: bytes) -> bytes:
    lines = stored.split(b"\n")
    ours = tuple(f"{name}:".encode() for name in (ENVELOPE_FROM, ENVELOPE_TO, ACCOUNT))
    while lines and lines[0].startswith(ours):
        lines.pop(0)
    return b"\r\n".join(lines)


def _file(number: int, part: EmailMessage) -> KeptFile:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    name = part.get_filename() or f"part-{number + 1}"
    content_id = str(part.get("content-id", "")).strip().strip("<>")
    return KeptFile(number, name, part.get_content_type(), content, content_id)
