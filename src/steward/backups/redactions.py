"""Redacting again, on a restored database, what was redacted after the backup was made.

The ledger has no words: it has how long each was and its keyed hash, so every stretch of so many letters of the message
and its files, or of the subject, is compared.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from steward.backups.errors import BackupFault
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.overhearing import overheard, stretches
from steward.privacy.erasure.ledger import keyed, redactions, write_redaction
from steward.privacy.erasure.ledger_lines import Redacted
from steward.privacy.holds.actions import Held, refuse_held
from steward.privacy.inventory.stores import Extent
from steward.privacy.keys.errors import KeyMissing
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.tickets.actions.redacting import REDACTIONS, NothingFound, Reason, redact_subject, redact_words
from steward.tickets.actions.removing_files import remove_attachments
from steward.tickets.models import Attachment, Message, Ticket
from steward.tickets.rewriting import look_through

_NOTHING = re.compile(r"(?!)")
_HASHED_AT_ONCE = 4096
_SOON_AFTER = timedelta(minutes=1)  # the line of the ledger comes after the event of the same transaction
_SAID = 3  # redactions that are named when they cannot be followed

Word = tuple[int, str]  # length, keyed hash


@dataclass(frozen=True, slots=True)
class Waiting:
    """A redaction that this database has not heard of, in a message or a subject that it has."""

    line: Redacted
    ticket: UUID
    words: frozenset[Word]  # those that no other redaction, that is followed here, has taken
    removed: tuple[UUID, ...] = field(default=())  # attachments that are there again


@dataclass(frozen=True, slots=True)
class _Place:
    """The message, or the subject of the ticket, that a line is about."""

    ticket: UUID
    findings: Mapping[str, Any]


class NoSuchRedaction(LookupError):
    """Of an account no redaction of this number waits to be followed."""


def unfollowed_redactions() -> list[Waiting]:
    """The redactions of the ledger that this database has not heard of, though it has the message or the ticket.

    Not those that a legal hold of its time forbids: the ticket stays as it is until that is lifted. Raises
    `LedgerBroken`.
    """
    asked: dict[UUID, dict[str, Redacted]] = {}
    for line in redactions():
        lines = asked.setdefault(UUID(line.account), {})
        lines.pop(line.redaction, None)  # the later one of a number takes the place of the earlier one
        lines[line.redaction] = line
    here = set(Account.objects.filter(pk__in=list(asked), departing_since=None).values_list("pk", flat=True))
    return [one for account, lines in asked.items() if account in here for one in _unheard_of(account, lines.values())]


def redaction_of(account_id: UUID, redaction: UUID) -> Redacted:
    """A redaction of an account of which this database has not heard, as the ledger has it.

    One that was followed is none: its line is not to be replaced. Raises `NoSuchRedaction`, and `LedgerBroken`.
    """
    told = (str(account_id), str(redaction))
    for one in unfollowed_redactions():
        if (one.line.account, one.line.redaction) == told:
            return one.line
    raise NoSuchRedaction(f"no redaction {redaction} waits to be followed here")


def is_about(line: Redacted, words: Iterable[str]) -> bool:
    """Whether each of the words, letter for letter, is one that was redacted then. Raises `KeyMissing`."""
    words = list(words)
    return set(zip(map(len, words), keyed(UUID(line.account), words), strict=True)) <= set(line.words)


def settle_redaction(line: Redacted) -> None:
    """Write down that a redaction comes to nothing, after somebody has looked: none of it is there.

    From then on no earlier line of it is followed, whichever backup is restored. Raises `LedgerBroken`.
    """
    message, ticket = (UUID(each) if each else None for each in (line.message, line.ticket))
    write_redaction(UUID(line.account), UUID(line.redaction), message, (), line.reason, ticket_id=ticket)


def _unheard_of(account_id: UUID, lines: Iterable[Redacted]) -> Iterator[Waiting]:
    with upkeep_scope(account_id):
        places = _places(lines := list(lines))
        here = [(line, places[_about(line)]) for line in lines if _about(line) in places]
        # The same words of the same place may stand in several lines: what was rolled back and begun again, or what an
        # erasure redacted once more. Gone once, there is nothing to find for the others.
        followed = {line.redaction for line, place in here if _is_followed(line, place)}
        gone = {(_about(line), word) for line, _ in here if line.redaction in followed for word in line.words}
        for line, place in here:
            if line.redaction in followed or _is_held(place.ticket):
                continue
            words = frozenset(word for word in line.words if (_about(line), word) not in gone)
            removed = _there_again(line)
            if words or removed:
                gone |= {(_about(line), word) for word in words}
                yield Waiting(line, place.ticket, words, removed)


def _about(line: Redacted) -> str:
    return line.message or line.ticket


def _places(lines: Iterable[Redacted]) -> dict[str, _Place]:
    """The messages and tickets that lines are about, of those that are here."""
    asked = list({_about(line) for line in lines})
    messages = Message.objects.filter(pk__in=asked).values_list("pk", "ticket", "findings")
    tickets = Ticket.objects.filter(pk__in=asked).values_list("pk", flat=True)
    found = {str(key): _Place(ticket, findings) for key, ticket, findings in messages}
    return found | {str(key): _Place(key, {}) for key in tickets}


def _is_followed(line: Redacted, place: _Place) -> bool:
    """Also where nothing but the place of the message is left: with its words went what was said of them."""
    if not line.message:
        return _is_subject_followed(line)
    marks = {mark.get("id") for mark in place.findings.get(REDACTIONS, [])}
    return bool(place.findings.get("erased")) or line.redaction in marks


def _is_subject_followed(line: Redacted) -> bool:
    """Its event says so; one that was emptied since is known by its time."""
    said = Event.objects.filter(kind="ticket.subject_redacted", object_id=line.ticket)
    written = datetime.fromisoformat(line.at)
    emptied = said.filter(changes=None, at__gte=written - _SOON_AFTER)
    return emptied.exists() or said.filter(changes__redaction=line.redaction).exists()


def _there_again(line: Redacted) -> tuple[UUID, ...]:
    return tuple(Attachment.objects.filter(pk__in=list(line.removed)).values_list("pk", flat=True))


def _is_held(ticket: UUID) -> bool:
    try:
        refuse_held(Extent(tickets=(ticket,)))
    except Held:
        return True
    return False


def redact_again(*, is_last: bool = True) -> int:
    """Follow them to the end; returns how many were done.

    Raises `BackupFault` where words do not stand there any more, after all others are followed: somebody has to look.
    Unless this `is_last`: what is erased meanwhile needs nobody.
    """
    missing = unfollowed_redactions()
    stuck = [one for one in missing if not _redact(one)]
    if stuck and is_last:
        raise BackupFault(_said(stuck))
    return len(missing) - len(stuck)


def _redact(one: Waiting) -> bool:
    """Whether everything that was redacted then was found. What is found goes in any case."""
    line, account_id = one.line, UUID(one.line.account)
    with upkeep_scope(account_id):
        found = _words(one, _texts(one))
        is_whole = {word for word, _ in found} == one.words
        words = {text for _, text in found}
        told: dict[str, Any] = {"reason": Reason(line.reason), "actor": SYSTEM}
        # A part of it stands in the ledger by itself, under a number of its own.
        told |= {"again": UUID(line.redaction), "is_written": True} if is_whole else {}
        try:
            if words and line.message:
                redact_words(Message.objects.get(pk=line.message), words, removing=one.removed, **told)
            elif words:
                redact_subject(one.ticket, words, **told)
            elif one.removed:
                remove_attachments(one.removed, actor=SYSTEM)
        except (NothingFound, ValueError):
            return False
    return is_whole


def _said(stuck: list[Waiting]) -> str:
    numbers = [f"{one.line.redaction} ({_where(one)})" for one in stuck[:_SAID]]
    more = f" and {len(stuck) - _SAID} more" if len(stuck) > _SAID else ""
    return (
        "What was redacted after this backup was made is not found, word for word, where it was: redaction "
        f"{', '.join(numbers)}{more}. Look at each, then say what it comes to: `steward redact words --as NUMBER` with "
        "the words, or `steward redact nothing --as NUMBER` when none of it is there. Then begin again."
    )


def _where(one: Waiting) -> str:
    with upkeep_scope(UUID(one.line.account)):
        code = Ticket.objects.values_list("code", flat=True).get(pk=one.ticket)
    slug = Account.objects.values_list("slug", flat=True).get(pk=one.line.account)
    return f"--account {slug} --ticket {code}"


def _texts(one: Waiting) -> Iterator[str]:
    """Everything in which it may have been found."""
    if not one.line.message:
        yield Ticket.objects.values_list("subject", flat=True).get(pk=one.ticket)
        return
    heard: list[str] = []
    look_through(Message.objects.get(pk=one.line.message), overheard(_NOTHING, lambda text, _found: heard.append(text)))
    yield from dict.fromkeys(heard)


def _words(one: Waiting, texts: Iterable[str]) -> set[tuple[Word, str]]:
    """The stretches of the texts that are meant, each with what the ledger has of it."""
    wanted: dict[int, set[str]] = {}
    for length, digest in one.words:
        wanted.setdefault(length, set()).add(digest)
    account_id = UUID(one.line.account)
    try:
        return {
            ((length, digest), each)
            for text in texts
            for length, digests in wanted.items()
            for each, digest in _hashed(account_id, stretches(text, length))
            if digest in digests
        }
    except KeyMissing:  # the account is gone, and with its key what these were
        return set()


def _hashed(account_id: UUID, texts: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Each different text once among those that follow each other, with its keyed hash."""
    while chunk := list(dict.fromkeys(islice(texts, _HASHED_AT_ONCE))):
        yield from zip(chunk, keyed(account_id, chunk), strict=True)
