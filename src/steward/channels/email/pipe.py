"""Mail from a pipe: what a mail server or a script on this machine hands over, with the exit codes it understands."""

import hashlib
import logging
import os
from datetime import timedelta
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

from steward.channels.email.models import RawMail
from steward.channels.email.recipients import Taking, account_for
from steward.channels.email.returned import take_back
from steward.channels.email.spool import TOO_LARGE, Spooled, beginning_of, body_of, read, store
from steward.lib.clock import now
from steward.outbox.returning import mail_returned_to
from steward.tenancy.scope import account_scope

_PIECE = 2**16
_RETRY = timedelta(minutes=10)  # the same bytes for the same address within this time are one mail piped twice

logger = logging.getLogger(__name__)


def mail_in(to: str, sender: str, stream: BinaryIO) -> int:
    """Store the mail that `stream` holds; returns the exit status (sysexits.h).

    EX_OK once it is committed, EX_NOUSER for an address that is not ours, EX_DATAERR for no mail or too much of it, and
    EX_TEMPFAIL for everything that may be better later: the caller's mail server keeps the mail and tries again. Of too
    much of it the beginning is stored, for a ticket that says what was refused.
    """
    try:
        if (returned := mail_returned_to(to)) is not None:
            take_back(returned, beginning_of(stream.read(settings.STEWARD_MAX_MAIL)))
            _discarded(stream)
            return os.EX_OK
        recipient = account_for(to)
        if recipient is None:
            return _ended(os.EX_NOUSER, "no such mailbox here")
        if recipient.taking is Taking.PUT_OFF:
            return _ended(os.EX_TEMPFAIL, "the account is suspended")
        if recipient.taking is Taking.REFUSED:
            return _ended(os.EX_UNAVAILABLE, "the mailbox is closed")
        raw = stream.read(settings.STEWARD_MAX_MAIL + 1)
        if not raw.strip():
            return _ended(os.EX_DATAERR, "no mail on standard input")
        size = len(raw) + _discarded(stream)
        is_too_large = size > settings.STEWARD_MAX_MAIL
        mail = Spooled(
            source=RawMail.Source.PIPE,
            source_key=uuid4().hex,
            account_id=recipient.account.id,
            envelope_from="" if sender == "<>" else sender,
            envelope_to=(to,),
            client={TOO_LARGE: str(size)} if is_too_large else {},
            raw=beginning_of(raw) if is_too_large else raw,
        )
        if not _is_retry(mail):
            store([mail])
        return _ended(os.EX_DATAERR, "too large") if is_too_large else os.EX_OK
    except Exception as error:
        return _ended(os.EX_TEMPFAIL, type(error).__name__)


def _discarded(stream: BinaryIO) -> int:
    """Read on to the end, holding nothing: who writes into a pipe that is closed learns of no exit status."""
    return sum(map(len, iter(lambda: stream.read(_PIECE), b"")))


def _is_retry(mail: Spooled) -> bool:
    """Whether it was stored a moment ago, and the exit status got lost: a pipe has no transactions with names."""
    with account_scope(mail.account_id):
        candidates = RawMail.objects.filter(
            source=mail.source,
            body_digest=hashlib.sha256(body_of(mail.raw)).digest(),
            size=len(mail.raw),
            envelope_to=list(mail.envelope_to),
            received_at__gte=now() - _RETRY,
        )
        return any(read(candidate) == mail.raw for candidate in candidates)


def _ended(status: int, reason: str) -> int:
    logger.warning("mail from a pipe not taken, exit status %d: %s", status, reason)
    return status
