"""Copies of erased mails in the mailboxes of the account: found by Message-ID, deleted, and looked for once more.

All folders of a mailbox are gone through: people move mail. A mailbox out of reach is tried again.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from email import message_from_bytes
from typing import Any
from uuid import UUID

from steward.channels.email.erasing import raw_mails_of
from steward.channels.email.mailbox_reading import Source, route_to, sources_of
from steward.channels.email.models import MailboxCopies
from steward.channels.email.spool import read
from steward.lib.clock import now
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.imap import Mailbox, PasswordInClear, ServerRefused, open_mailbox
from steward.privacy.erasure.certifying import section
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.outside import register_outside
from steward.privacy.inventory.stores import Extent
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tenancy.scope import account_scope, current_account_id
from steward.tickets.erasing import erased_messages, unnamed_messages
from steward.tickets.models import Message

_OUT_OF_REACH = (OSError, ServerRefused, EgressDenied, PasswordInClear, KeyMissing, Tampered)
_AT_ONCE = 20  # Message-IDs in one search: the line of a command has an end
_NO_PLACE = frozenset({b"\\Noselect", b"\\NonExistent"})

logger = logging.getLogger(__name__)


class Mailboxes:
    """The mailboxes of the account on servers of others."""

    def prepare(self, erasure_id: UUID, extent: Extent) -> None:
        """Note the Message-IDs of what goes, for each mailbox that is read now."""
        _take_over(erasure_id)
        ids = set(_message_ids(extent)) if extent.in_mailboxes else set()
        for source in sources_of(current_account_id()) if ids else ():
            _note(erasure_id, source.mail_account_id, ids)

    def reach(self, account_id: UUID, erasure_id: UUID) -> bool:
        with account_scope(account_id):
            waiting = list(MailboxCopies.objects.filter(erasure_id=erasure_id, state=MailboxCopies.State.WAITING))
            sources = {source.mail_account_id: source for source in sources_of(account_id)} if waiting else {}
        cleared = [_clear(sources.get(row.mail_account_id), row) for row in waiting]  # each, whatever became of others
        return all(cleared)


def _take_over(erasure_id: UUID) -> None:
    """What erasures that failed have left to do is done by the next one, together with what it has there itself."""
    failed = Erasure.objects.filter(state=Erasure.State.FAILED).values("pk")
    waiting = MailboxCopies.objects.filter(state=MailboxCopies.State.WAITING, erasure_id__in=failed)
    for row in waiting.order_by("pk"):
        _note(erasure_id, row.mail_account_id, row.message_ids)
        row.delete()


def _note(erasure_id: UUID, mail_account_id: UUID, ids: Iterable[str]) -> None:
    row, _is_new = MailboxCopies.objects.get_or_create(erasure_id=erasure_id, mail_account_id=mail_account_id)
    row.message_ids = sorted({*row.message_ids, *ids})
    row.state = MailboxCopies.State.WAITING
    row.save(update_fields=["message_ids", "state"])


def _clear(source: Source | None, row: MailboxCopies) -> bool:
    """False while the mailbox is out of reach. One that is not the account's any more is."""
    if source is None:
        return False
    try:
        with open_mailbox(route_to(source)) as mailbox:
            erased, left = _delete(mailbox, row.message_ids)
    except _OUT_OF_REACH as error:
        logger.warning("mailbox %s is out of reach of an erasure: %s", source.mail_account_id, type(error).__name__)
        return False
    with account_scope(source.account_id):
        state = MailboxCopies.State.LEFT if left else MailboxCopies.State.GONE
        MailboxCopies.objects.filter(pk=row.pk).update(state=state, erased=erased, left=left, cleared_at=now())
    return True


def _delete(mailbox: Mailbox, message_ids: Sequence[str]) -> tuple[int, int]:
    """How many mails were deleted in all folders, and how many are still found afterwards."""
    erased = left = 0
    for folder in _folders(mailbox):
        mailbox.select_folder(folder)
        uids = _found(mailbox, message_ids)
        if uids:
            mailbox.delete_messages(uids, silent=True)
            _expunge(mailbox, uids)
            remaining = len(_found(mailbox, message_ids))
            erased, left = erased + len(uids) - remaining, left + remaining
    return erased, left


def _expunge(mailbox: Mailbox, uids: list[int]) -> None:
    """Only these, where the server can (RFC 4315); else all that are marked as deleted in the folder."""
    if mailbox.has_capability("UIDPLUS"):
        mailbox.uid_expunge(uids)
    else:
        mailbox.expunge()


def _folders(mailbox: Mailbox) -> Iterator[str]:
    for flags, _delimiter, name in mailbox.list_folders():
        if not _NO_PLACE.intersection(flags):
            yield name


def _found(mailbox: Mailbox, message_ids: Sequence[str]) -> list[int]:
    """The UIDs of mails with one of the Message-IDs, in the folder that is selected."""
    found: set[int] = set()
    for start in range(0, len(message_ids), _AT_ONCE):
        found.update(map(int, mailbox.search(_any_of(message_ids[start : start + _AT_ONCE]))))
    return sorted(found)


def _any_of(message_ids: Sequence[str]) -> list[object]:
    """Search keys (RFC 9051 section 6.4.4): OR takes two."""
    keys: list[object] = ["HEADER", "Message-ID", f"<{message_ids[0]}>"]
    for each in message_ids[1:]:
        keys = ["OR", ["HEADER", "Message-ID", f"<{each}>"], keys]
    return keys


def _message_ids(extent: Extent) -> Iterator[str]:
    """Of messages that go, or lose their sender; and of mails that became no message."""
    messages = [*erased_messages(extent), *unnamed_messages(extent)]
    known = Message.objects.filter(pk__in=messages).exclude(internet_id="").values_list("internet_id", flat=True)
    yield from filter(str.isascii, known)
    raw = raw_mails_of(extent)
    if raw is not None:
        yield from _in_heads(read(mail) for mail in raw.filter(message=None))


def _in_heads(mails: Iterable[bytes]) -> Iterator[str]:
    for mail in mails:
        said = str(message_from_bytes(mail).get("Message-ID", "")).strip().strip("<>")
        if said and said.isascii() and said.isprintable():
            yield said


@section("mailboxes")
def mailboxes_certified(erasure: Erasure) -> list[dict[str, Any]]:
    """Each mailbox with how much was looked for and deleted. What is still out of reach is said, and forgotten here."""
    rows = MailboxCopies.objects.filter(erasure_id=erasure.pk).select_related("mail_account").order_by("pk")
    told = [
        {
            "mailbox": row.mail_account.address,
            "asked": len(row.message_ids),
            "erased": row.erased,
            "left": row.left,
            "outcome": "out_of_reach" if row.state == MailboxCopies.State.WAITING else row.state,
        }
        for row in rows
    ]
    rows.delete()
    return told


register_outside(Mailboxes())
