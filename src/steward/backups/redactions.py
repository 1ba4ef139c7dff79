"""Redacting again, on a restored database, what was redacted after the backup was made.

The ledger has no words: it has how long each was and its keyed hash, so every stretch of so many letters of the message
is compared.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from steward.backups.errors import BackupFault
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.ledger import keyed, redactions
from steward.privacy.erasure.ledger_lines import Redacted
from steward.privacy.holds.actions import Held, refuse_held
from steward.privacy.inventory.stores import Extent
from steward.privacy.keys.errors import KeyMissing
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.actions.redacting import REDACTIONS, NothingFound, Reason, redact_words
from steward.tickets.models import Attachment, Message


def unfollowed_redactions() -> list[Redacted]:
    """The redactions of the ledger that this database has not heard of, though it has the message.

    Not those that a legal hold of its time forbids: the ticket stays as it is until that is lifted. Raises
    `LedgerBroken`.
    """
    asked: dict[UUID, list[Redacted]] = {}
    for line in redactions():
        asked.setdefault(UUID(line.account), []).append(line)
    here = set(Account.objects.filter(pk__in=list(asked)).values_list("pk", flat=True))
    return [line for account, lines in asked.items() if account in here for line in _unheard_of(account, lines)]


def _unheard_of(account_id: UUID, lines: list[Redacted]) -> Iterator[Redacted]:
    with account_scope(account_id):
        messages = Message.objects.in_bulk([UUID(line.message) for line in lines])
        here = [(line, messages[UUID(line.message)]) for line in lines if UUID(line.message) in messages]
        # The same words of the same message stand twice where what had written them down was rolled back, and begun
        # again: once they are gone there is nothing to find for the other line.
        done = {(line.message, line.words) for line, message in here if _is_followed(message, line.redaction)}
        for line, message in here:
            if (line.message, line.words) not in done and not _is_held(message):
                done.add((line.message, line.words))
                yield line


def _is_followed(message: Message, redaction: str) -> bool:
    """Also where nothing but the place of the message is left: with its words went what was said of them."""
    if message.findings.get("erased"):
        return True
    return redaction in {mark.get("id") for mark in message.findings.get(REDACTIONS, [])}


def _is_held(message: Message) -> bool:
    try:
        refuse_held(Extent(tickets=(message.ticket_id,)))
    except Held:
        return True
    return False


def redact_again() -> int:
    """Follow them to the end; returns how many were done.

    Raises `BackupFault` where the words do not stand in the message any more: then somebody has to look.
    """
    missing = unfollowed_redactions()
    for line in missing:
        _redact(line)
    return len(missing)


def _redact(line: Redacted) -> None:
    account_id = UUID(line.account)
    with account_scope(account_id):
        message = Message.objects.get(pk=line.message)
        words = _words(account_id, line, _texts(message))
        try:
            redact_words(message, words, reason=Reason(line.reason), actor=SYSTEM, again=UUID(line.redaction))
        except (NothingFound, ValueError) as error:
            raise BackupFault(
                f"What was redacted in message {message.pk} after this backup was made is not found in it: redact it "
                "by hand, then begin again."
            ) from error


def _texts(message: Message) -> list[str]:
    names = Attachment.objects.filter(message=message).values_list("name", flat=True)
    return [message.body_text, message.body_html, *names]


def _words(account_id: UUID, line: Redacted, texts: Iterable[str]) -> set[str]:
    """The stretches of the texts that the line means."""
    wanted: dict[int, set[str]] = {}
    for length, digest in line.words:
        wanted.setdefault(length, set()).add(digest)
    found: set[str] = set()
    for text in texts:
        for length, digests in wanted.items():
            stretches = list({text[start : start + length] for start in range(len(text) - length + 1)})
            try:
                hashes = keyed(account_id, stretches)
            except KeyMissing:  # the account is gone, and with its key what these were
                return set()
            found |= {each for each, digest in zip(stretches, hashes, strict=True) if digest in digests}
    return found
