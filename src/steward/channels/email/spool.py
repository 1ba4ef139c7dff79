"""The spool: mail as it came in, committed before anybody is told that we have it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from steward.channels.email.models import Arrival, RawMail
from steward.lib import tally
from steward.lib.clock import now
from steward.privacy.keys.cipher import decrypt, encrypt
from steward.tenancy.scope import account_scope

TOO_LARGE = "too_large"
"""In `client`: the mail is larger than we take, this is its size in bytes, and only its beginning is stored."""
LONGEST_BEGINNING = 128 * 2**10  # bytes to hand to `beginning_of`
_BODY_OF_BEGINNING = 32 * 2**10
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
CHANNEL = "steward_mail"
"""Where NOTIFY tells that mail waits; the payload is the account's id. Only a wake-up: who missed it looks anyway."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One mail for one account, not stored yet. Nothing of its content shows in logs.

    `source_key` names the SMTP transaction, the IMAP UID or the pipe call within `source`. `trace` is put before the
    mail when it is stored (RFC 5321 section 4.4); `raw` is what came in, to the byte. Of a mail that is too large it is
    the beginning, and `client` says so under `TOO_LARGE`.
    """

    source: RawMail.Source
    source_key: str
    account_id: UUID
    envelope_from: str = field(repr=False)
    envelope_to: tuple[str, ...]
    client: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)
    trace: bytes = field(default=b"", repr=False)


def store(mails: Sequence[Spooled], *, along_with: Callable[[], None] | None = None) -> None:
    """Commit the mails, one transaction per account; when this returns, they may be acknowledged.

    A mail whose source and key are stored already counts as stored. `along_with` runs in the same transaction (mails of
    one account only): what it writes and the mails come true together. Raises what the database or the keys raise; then
    some accounts may be stored and others not, and the whole call may be repeated.
    """
    by_account: dict[UUID, list[Spooled]] = defaultdict(list)
    for mail in mails:
        by_account[mail.account_id].append(mail)
    if along_with and len(by_account) != 1:
        raise ValueError("one transaction holds the mail of one account")
    for account_id, theirs in by_account.items():
        with account_scope(account_id):
            _insert(account_id, theirs)
            if along_with:
                along_with()
            # After the commit: NOTIFY inside it would take a lock that the whole database shares.
            transaction.on_commit(partial(_wake, account_id), robust=True)
            transaction.on_commit(partial(tally.count, "mails_in", len(theirs)), robust=True)


def read(raw_mail: RawMail) -> bytes:
    """The mail with our trace before it. Raises `KeyMissing` or `Tampered`."""
    return decrypt(raw_mail.account_id, bytes(raw_mail.content), context=_context(raw_mail.id))


def rewrite(raw_mail: RawMail, content: bytes, *, forgets_sender: bool = False) -> None:
    """Keep other bytes in the place of a mail's; by its digest the mail as it came is known again all the same."""
    sealed = encrypt(raw_mail.account_id, content, context=_context(raw_mail.id))
    changed = {"content": sealed, "size": len(content)} | ({"envelope_from": ""} if forgets_sender else {})
    RawMail.objects.filter(pk=raw_mail.pk).update(**changed)


def _insert(account_id: UUID, mails: Sequence[Spooled]) -> None:
    rows = [_row(account_id, mail) for mail in mails]
    RawMail.objects.bulk_create(rows, ignore_conflicts=True)
    # Which rows are new is asked, as PostgreSQL does not say it of those it passed over.
    fresh = RawMail.objects.filter(id__in=[row.id for row in rows]).values_list("id", flat=True)
    at = now()
    arrivals = [Arrival(account_id=account_id, raw_id=raw_id, not_before=at) for raw_id in sorted(fresh)]
    Arrival.objects.bulk_create(arrivals)


def _row(account_id: UUID, mail: Spooled) -> RawMail:
    row = RawMail(
        source=mail.source,
        source_key=mail.source_key,
        envelope_from=_text(mail.envelope_from),
        envelope_to=[_text(address) for address in mail.envelope_to],
        client={name: _text(value) for name, value in mail.client.items()},
        size=len(mail.raw),
        body_digest=hashlib.sha256(body_of(mail.raw)).digest(),
        received_at=now(),
    )
    row.content = encrypt(account_id, mail.trace + mail.raw, context=_context(row.id))
    return row


def body_of(raw: bytes) -> bytes:
    """What follows the header. Headers differ between two ways of the same mail, its body does not."""
    found = _END_OF_HEADER.search(raw)
    return raw[found.end() :] if found else raw


def beginning_of(raw: bytes) -> bytes:
    """What is kept of a mail that is too large: the header and the same piece of its body, whichever way it came."""
    found = _END_OF_HEADER.search(raw, 0, LONGEST_BEGINNING)
    return raw[: min(found.end() + _BODY_OF_BEGINNING, LONGEST_BEGINNING) if found else LONGEST_BEGINNING]


def _context(raw_id: UUID) -> str:
    return f"email.rawmail:{raw_id}"


def _text(value: str) -> str:
    """What a stranger typed into an envelope, as PostgreSQL takes it: no NUL, no half of a surrogate pair."""
    return value.encode("utf-8", "replace").decode().replace("\0", "?")


def _wake(account_id: UUID) -> None:
    """Tell those who listen. No flush is waited for: a wake-up lost in a crash costs seconds, not mail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, %s)", [CHANNEL, str(account_id)]
        )
