"""Reading an IMAP mailbox into the spool: what is new since the last UID, one message at a time."""

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models

from steward.channels.email.models import MailAccount, MailboxPosition, RawMail
from steward.channels.email.spool import TOO_LARGE, Spooled, store
from steward.lib.clock import now
from steward.privacy.egress.imap import Mailbox, ServerRefused
from steward.privacy.egress.models import Connector
from steward.privacy.egress.routes import Route, connector_route
from steward.tenancy.scope import account_scope

_LONGEST_HEADERS = 2**20
_NEVER_OPENED = 0  # no server uses it: UIDVALIDITY is above zero (RFC 9051 section 2.3.1.1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A mailbox to read: the mail account it belongs to, and its server. Another `way` is another server or sign-in."""

    account_id: UUID
    mail_account_id: UUID
    address: str
    folder: str
    connector_id: UUID
    way: tuple[object, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the folder has been read."""

    uid_validity: int
    last_uid: int
    old_until: int = 0  # up to this UID only mail that nobody had read is taken


def sources_of(account_id: UUID) -> list[Source]:
    """The folders of mailboxes of an account; one that several addresses share is read for the oldest of these."""
    way = ("imap__host", "imap__port", "imap__tls", "imap__username", "imap__password")
    with account_scope(account_id):
        rows = MailAccount.objects.filter(imap__isnull=False, imap__retired_at=None).order_by("-id")
        found = {row[2:4]: row for row in rows.values_list("id", "address", "folder", "imap_id", *way)}
    return [Source(account_id, row[0], row[1], row[2], row[3], tuple(row[4:])) for row in found.values()]


def route_to(source: Source) -> Route:
    """The way to the server, with the password. Raises `KeyMissing` or `Tampered`."""
    with account_scope(source.account_id):
        return connector_route(Connector.objects.get(pk=source.connector_id))


def open_folder(mailbox: Mailbox, source: Source) -> Position:
    """Select the folder. UIDs of another UIDVALIDITY mean nothing (RFC 9051 section 2.3.1.1): it is read anew."""
    selected = mailbox.select_folder(source.folder)
    uid_validity = int(selected[b"UIDVALIDITY"])
    with account_scope(source.account_id):
        row, is_new = MailboxPosition.objects.get_or_create(
            mail_account_id=source.mail_account_id, folder=source.folder, defaults={"uid_validity": uid_validity}
        )
        if is_new or row.uid_validity == _NEVER_OPENED:
            row.uid_validity, row.old_until = uid_validity, int(selected.get(b"UIDNEXT", 1)) - 1
        elif row.uid_validity != uid_validity:
            row.uid_validity, row.last_uid, row.old_until = uid_validity, 0, 0
        row.failing_since, row.failure, row.looked_at = None, "", now()
        row.save()
    return Position(row.uid_validity, row.last_uid, row.old_until)


def new_uids(mailbox: Mailbox, position: Position) -> list[int]:
    """The UIDs above the position, in order. `n:*` names the last message even when its UID is below n."""
    start = max(position.last_uid, position.old_until)
    found = [uid for uid in map(int, mailbox.search(["UID", f"{start + 1}:*"])) if uid > start]
    if position.last_uid < position.old_until:
        unread = mailbox.search(["UID", f"{position.last_uid + 1}:{position.old_until}", "UNSEEN"])
        found += [int(uid) for uid in unread]
    return sorted(found)


def fetch_message(mailbox: Mailbox, source: Source, position: Position, uid: int) -> Spooled | None:
    """One message, unread as it was; None when it has gone meanwhile. Too large: its headers and the size only."""
    size = _item(mailbox.fetch([uid], ["RFC822.SIZE"]), uid, b"RFC822.SIZE")
    if size is None:
        return None
    is_too_large = int(size) > settings.STEWARD_MAX_MAIL
    wanted = f"BODY.PEEK[HEADER]<0.{_LONGEST_HEADERS}>" if is_too_large else "BODY.PEEK[]"
    raw = _item(mailbox.fetch([uid], [wanted]), uid, b"BODY[")
    if raw is None:
        return None
    return Spooled(
        source=RawMail.Source.IMAP,
        source_key=f"{source.mail_account_id}:{position.uid_validity}:{uid}",
        account_id=source.account_id,
        envelope_from="",
        envelope_to=(source.address,),
        client={TOO_LARGE: str(int(size))} if is_too_large else {},
        raw=raw,
    )


def store_message(source: Source, mail: Spooled, uid: int) -> None:
    """Commit the message and that it was read, together."""
    store([mail], along_with=partial(_move, source, uid))


def mark_seen(mailbox: Mailbox, uid: int) -> None:
    """Show people who look into the mailbox that it was taken; a server that refuses that keeps nothing from us."""
    if not settings.STEWARD_IMAP_MARKS_SEEN:
        return
    try:
        mailbox.add_flags([uid], [b"\\Seen"], silent=True)
    except ServerRefused as error:
        logger.warning("a mailbox does not let us mark mail as seen: %s", type(error).__name__)


def note_failure(source: Source, code: str) -> None:
    """Let people see since when a mailbox cannot be read, and why (`fetching.failure_code`)."""
    with account_scope(source.account_id):
        row, _ = MailboxPosition.objects.get_or_create(
            mail_account_id=source.mail_account_id, folder=source.folder, defaults={"uid_validity": _NEVER_OPENED}
        )
        row.failing_since, row.failure = row.failing_since or now(), code
        row.save(update_fields=["failing_since", "failure"])


def note_look(source: Source) -> None:
    """Let people see when the mailbox was last looked into."""
    with account_scope(source.account_id):
        _position(source).update(looked_at=now())


def _move(source: Source, uid: int) -> None:
    _position(source).update(last_uid=uid, looked_at=now())


def _position(source: Source) -> models.QuerySet[MailboxPosition]:
    return MailboxPosition.objects.filter(mail_account_id=source.mail_account_id, folder=source.folder)


def _item(answer: dict[int, dict[bytes, Any]], uid: int, name: bytes) -> Any:
    """The item whose key begins with `name`: of a partial fetch the key ends in the offset."""
    return next((value for key, value in answer.get(uid, {}).items() if key.startswith(name)), None)
