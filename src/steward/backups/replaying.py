"""Erasing again, on a restored database, what was erased after the backup was made.

Nothing is served meanwhile. What is interrupted is begun again: whatever is gone is not found a second time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from itertools import groupby
from typing import Any
from uuid import UUID

from steward.backups.errors import BackupFault
from steward.contacts.models import ContactAddress
from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.actions.planning import kind_of, steps, written
from steward.privacy.erasure.actions.running import HOLDS
from steward.privacy.erasure.certifying import certified_again
from steward.privacy.erasure.following import Unfollowed, unfollowed
from steward.privacy.erasure.ledger import certificates, keyed
from steward.privacy.erasure.ledger_lines import Certified
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.tasks import run
from steward.privacy.holds.actions import Held, refuse_held
from steward.privacy.inventory.stores import Extent, all_stores, joined, widened
from steward.privacy.keys.errors import KeyMissing
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_TOGETHER = 100  # erasures of one account that are followed at once
_HASHED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many erasures were done again, and how many a legal hold has stopped."""

    done: int
    held: int


@dataclass(frozen=True, slots=True)
class _Repeated:
    """What was found when erasures were done again, and how many of them were done together."""

    erased: Counter[str]
    together: int


State = Erasure.State
Ended = Mapping[UUID, Certified]
Told = Callable[[int, int], None]
"""Called with how many erasures are followed, and of how many."""


def replay(told: Told = lambda done, of: None) -> Replayed:
    """Follow the ledger to its end. Raises `BackupFault` where something stays."""
    missing = unfollowed()
    ended = _ended(missing) if missing else {}
    done = held = 0
    for batch in _batches(missing, ended):
        held += _follow(batch, ended)
        done += len(batch)
        told(done, len(missing))
    return Replayed(done - held, held)


def _ended(missing: Sequence[Unfollowed]) -> Ended:
    """By what is known of their certificates. One that was rolled back with its transaction has steps after it."""
    last = {one.erasure: one.entries[-1].number for one in missing}
    return {key: line for key, line in certificates().items() if line.number > last.get(key, 0)}


def _batches(missing: Sequence[Unfollowed], ended: Ended) -> Iterator[list[Unfollowed]]:
    """Of one account and one kind each, and every erasure whole: it counts as followed when its batch is.

    What is gone on with here is by itself: its certificate will count what went.
    """

    def kind(one: Unfollowed) -> tuple[UUID, bool, str]:
        goes_on = one.state is not None and one.erasure not in ended
        return one.account, one.entries[0].keeps_tickets, str(one.erasure) if goes_on else ""

    for _, alike in groupby(sorted(missing, key=kind), key=kind):
        erasures = list(alike)
        for start in range(0, len(erasures), _TOGETHER):
            yield erasures[start : start + _TOGETHER]


def _follow(batch: Sequence[Unfollowed], ended: Ended) -> int:
    """Returns how many legal holds have stopped: what is held here is not erased, whatever became of the hold since."""
    try:
        _follow_together(batch, ended)
    except Held as held:
        if len(batch) > 1:
            return sum(_follow([one], ended) for one in batch)
        with upkeep_scope(batch[0].account):
            _note_held(batch[0], len(held.holds))
        return 1
    return 0


def _follow_together(batch: Sequence[Unfollowed], ended: Ended) -> None:
    account_id = batch[0].account
    with upkeep_scope(account_id):
        extent = _extent(batch)
    erased: Counter[str] = Counter()
    for step in steps(extent):
        erased += _erase(account_id, step)
    with upkeep_scope(account_id):
        for one in batch:
            _note(one, ended.get(one.erasure), _Repeated(erased, len(batch)))
        account = Account.objects.get(pk=account_id)
        record("erasure.replayed", account, actor=SYSTEM, changes={"erased": dict(erased)})


def _extent(batch: Sequence[Unfollowed]) -> Extent:
    """What was written down, as this database has it: with what belongs to those people here, and did not at the end.

    A ticket that was another's by the time they were erased is theirs again, and goes.
    """
    entries = [entry for one in batch for entry in one.entries]
    extent = Extent(
        tickets=tuple(dict.fromkeys(ticket for entry in entries for ticket in entry.extent.tickets)),
        contacts=tuple(dict.fromkeys(contact for entry in entries for contact in entry.extent.contacts)),
        keeps_tickets=entries[0].keeps_tickets,
        members=tuple(dict.fromkeys(member for entry in entries for member in entry.extent.members)),
    )
    extent = widened(extent)
    hashes = {digest for entry in entries for digest in entry.addresses}
    more = _addresses(batch[0].account, hashes) - set(extent.addresses)
    return widened(replace(extent, addresses=(*extent.addresses, *sorted(more))))


def _addresses(account_id: UUID, hashes: set[str]) -> set[str]:
    """Addresses that the ledger knows by their hashes only, looked for among all of the account."""
    found: set[str] = set()
    if not hashes:
        return found
    known = ContactAddress.objects.order_by("pk").values_list("folded", flat=True)
    chunk: list[str] = []
    for address in known.iterator(chunk_size=_HASHED_AT_ONCE):
        chunk.append(address)
        if len(chunk) == _HASHED_AT_ONCE:
            found |= _among(account_id, chunk, hashes)
            chunk = []
    return found | _among(account_id, chunk, hashes)


def _among(account_id: UUID, addresses: list[str], hashes: set[str]) -> set[str]:
    try:
        digests = keyed(account_id, addresses)
    except KeyMissing:  # the account is gone, and with its key what these were
        return set()
    return {address for address, digest in zip(addresses, digests, strict=True) if digest in hashes}


def _erase(account_id: UUID, step: Extent) -> Counter[str]:
    """Files go before their rows: whoever is killed in between still finds the rows. They may be on another machine, so
    no transaction is open meanwhile; nothing else happens here that could come between the two.
    """
    erased: Counter[str] = Counter()
    with upkeep_scope(account_id):
        refuse_held(step)
        found = {store.name: store.find(step) for store in all_stores()}
    stores = [store for store in all_stores() if found[store.name]]
    for store in stores:
        store.settle(found[store.name])
    with upkeep_scope(account_id):
        for store in stores:
            erased[store.name] = store.erase(found[store.name], step)
        if left := [store.name for store in stores if store.left(found[store.name], step)]:
            raise BackupFault(f"Some of what was erased is still there after it was erased again: {', '.join(left)}.")
    return erased


def _note(one: Unfollowed, first: Certified | None, repeated: _Repeated) -> None:
    """How it has ended here, too. Of one that was through, whom it was about is known no longer than that.

    One that a legal hold had stopped has failed. One of which the ledger does not say how it ended is gone on with
    where its plan is here; else it has failed, for nobody knows what was still to come.
    """
    if first is not None:
        _certify(one, first, repeated)
    elif one.was_stopped:
        _note_held(one, 1)
    elif (row := Erasure.objects.filter(pk=one.erasure, extent__isnull=False).first()) is not None:
        row.state, row.started_at = State.RUNNING, row.started_at or datetime.fromisoformat(one.entries[0].at)
        row.erased = dict(Counter(row.erased) + repeated.erased)
        row.unproven = {}
        row.save(update_fields=["state", "started_at", "erased", "unproven"])
        enqueue(run, erasure=str(row.pk))
    else:
        _end(one, {"state": State.FAILED, "left": {}, "extent": written(_written_down(one)), "finished_at": now()})


def _note_held(one: Unfollowed, holds: int) -> None:
    _end(one, {"state": State.FAILED, "left": {HOLDS: holds}, "finished_at": now()})


def _certify(one: Unfollowed, first: Certified, repeated: _Repeated) -> None:
    """The dates are those of the day it was done; that it had to be repeated is said beside them."""
    numbers = dict(repeated.erased) if repeated.together == 1 else {}
    row = _end(
        one,
        {
            "state": State.DONE, "left": {}, "extent": None, "of": first.of, "planned": numbers, "erased": numbers,
            "asked_by_kind": first.asked_by_kind, "asked_by_id": first.asked_by_id or None,
            "planned_at": datetime.fromisoformat(first.planned_at),
            "started_at": datetime.fromisoformat(first.started_at),
            "finished_at": datetime.fromisoformat(first.live_done_at),
            "backups_end_at": datetime.fromisoformat(first.backups_end_at),
        },
    )  # fmt: skip
    row.certificate, row.certificate_sha256 = certified_again(
        row, first, at=now(), erased=repeated.erased, together=repeated.together
    )
    row.save(update_fields=["certificate", "certificate_sha256"])


def _end(one: Unfollowed, ended: Mapping[str, Any]) -> Erasure:
    """The row of the erasure as it ended; it may have begun after this database was copied."""
    begun = datetime.fromisoformat(one.entries[0].at)
    known: dict[str, Any] = {"asked_by_kind": SYSTEM.kind.value, "planned_at": begun, "started_at": begun}
    known["of"] = kind_of(one.entries[-1].extent)  # the people are the last step
    told = {"unproven": {}, **ended}
    row, _ = Erasure.objects.update_or_create(pk=one.erasure, defaults=told, create_defaults={**known, **told})
    return row


def _written_down(one: Unfollowed) -> Extent:
    """What the ledger has of it, by ids."""
    return reduce(joined, (entry.extent for entry in reversed(one.entries)))  # the people are the last step
