"""Checking the chain of an account: in itself, and against what was anchored."""

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.events.chain import READS, Fault, Head, Why, beginning, chains_at, faults, head
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.audit.anchors import Anchor, anchors_of, anchors_of_many, write_anchors
from steward.privacy.audit.carrying import carried_anchors, carry_anchors
from steward.privacy.audit.models import Verification
from steward.privacy.audit.sealing import noted_beginning, sealed
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

BROKEN = "audit.broken"
_TOGETHER = 500  # accounts
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found: from behind which entry up to which, the newest anchor, and the first fault.

    `gone` is the entry behind which the chain begins, 0 where nothing went; the check was whole if it began there.
    `lost_anchor` is a position that was anchored, as the database has it, and is not in the second place; 0: none.
    `reads` is the first fault among the reads, which are checked with whole chains.
    """

    head: Head
    after: int
    gone: int
    anchor: Anchor | None
    fault: Fault | None
    reads: Fault | None
    lost_anchor: int

    @property
    def first(self) -> Fault | None:
        """The first fault of either chain, that of the events before that of the reads."""
        return self.fault or self.reads


def verify(
    account_id: UUID, *, is_whole: bool, anchors: Sequence[Anchor] | None = None, carried: Iterable[Anchor] = ()
) -> Outcome:
    """Check one account and note what was found; needs no scope.

    `is_whole` reads from the beginning, otherwise from where the last good check ended. `anchors` are those to be held
    against it, the oldest first; unless told all there are, and those in the bucket (`carried`). The first fault is
    recorded once, as `audit.broken`, and so told to owners.
    """
    known = list(anchors_of(account_id, carried=carried) if anchors is None else anchors)
    newest = known[-1] if known else None
    with upkeep_scope(account_id):
        before = standing()
        # What is broken stays so until it has been read from the beginning and held.
        is_whole = is_whole or before.broken_at is not None
        begin, end = beginning(), head()
        after = begin if is_whole else before.reached
        lost = before.anchored if before.anchored > (newest.position if newest else 0) else 0
        reads = fault_in_reads() if is_whole else None
        outcome = Outcome(end, after.position, begin.position, newest, first_fault(after, end, known), reads, lost)
        is_news = _note(before, outcome)
    if is_news and (fault := outcome.first):
        log = "events" if outcome.fault else "reads"
        logger.error("the %s of account %s do not hold: entry %s, %s", log, account_id, fault.position, fault.why)
    if outcome.lost_anchor:
        logger.error("an anchor of account %s is not in the second place: entry %s", account_id, outcome.lost_anchor)
    return outcome


def first_fault(after: Head, end: Head, anchors: Sequence[Anchor]) -> Fault | None:
    """The first thing that is wrong in the account in scope behind a place known to be good, or None."""
    while True:
        begin = beginning()
        good = max(after, begin, key=lambda place: place.position)
        found = [*_until_the_first(faults(good, up_to=end)), *_against(anchors, good, end), *_unnoted(begin)]
        if begin == beginning():  # else old ones went while we read
            break
    # What stands outside the chain has no place in it, and is told of when all else is well.
    return min(found, key=lambda fault: (fault.position == 0, fault.position), default=None)


def fault_in_reads() -> Fault | None:
    """The first thing that is wrong with the reads of the account in scope: in themselves, or as events know them."""
    while True:
        begin = beginning(READS)
        found = _fault_in_reads(begin)
        if begin == beginning(READS):  # else old ones went while we read
            return found


def _fault_in_reads(begin: Head) -> Fault | None:
    found = list(_until_the_first(faults(begin, up_to=head(READS), log=READS)))
    seals = {each["number"]: each["sha256"] for each in sealed() if each["number"] > begin.position}
    chains = chains_at(seals, log=READS)
    wrong = [position for position, chain in seals.items() if chains.get(position, b"").hex() != chain]
    found += [Fault(position, Why.REWRITTEN if position in chains else Why.CUT) for position in wrong]
    return min(found, key=lambda fault: (fault.position == 0, fault.position), default=None)


def void_anchors(account_id: UUID, at: datetime, *, is_meant: bool = True, carried: Iterable[Anchor] = ()) -> Anchor:
    """Say that the account was restored from a backup; needs no scope. What was anchored and does not fit it is void.

    Returns the last anchor that holds, as it is written down; nothing is written unless `is_meant`.
    """
    mark = _last_that_fits(account_id, anchors_of(account_id, carried=carried), at)
    if is_meant:
        _make_void([mark], at)
    return mark


def void_anchors_everywhere() -> int:
    """The same of all accounts, when a whole backup was brought back; returns in how many something was void.

    Some hundred at a time: the files of days are long, and what is read of them is to fit into memory. Raises `OSError`
    where the second place cannot be written to, or a bucket with anchors does not answer.
    """
    at, number, elsewhere = now(), 0, carried_anchors()
    accounts = list(Account.objects.filter(departing_since=None).order_by("id").values_list("id", flat=True))
    for start in range(0, len(accounts), _TOGETHER):
        known = anchors_of_many(accounts[start : start + _TOGETHER], carried=elsewhere)
        marks = [(_last_that_fits(account_id, some, at), some[-1]) for account_id, some in known.items() if some]
        _make_void([mark for mark, _newest in marks], at)
        number += sum(mark.position < newest.position for mark, newest in marks)
    carry_anchors()
    return number


def _last_that_fits(account_id: UUID, known: Sequence[Anchor], at: datetime) -> Anchor:
    """The mark behind which all is void; with nothing that fits, behind the beginning."""
    with upkeep_scope(account_id):
        chains = chains_at(anchor.position for anchor in known)
    fitting = takewhile(lambda one: chains.get(one.position, b"").hex() == one.chain, known)
    last = deque(fitting, maxlen=1)
    position, chain = (last[0].position, last[0].chain) if last else (0, "")
    return Anchor(str(account_id), position, chain, at.isoformat(), is_restored=True)


def _make_void(marks: Sequence[Anchor], at: datetime) -> None:
    """Written first: a mark too many is made good for by the next restore, an anchor too many is an alarm."""
    write_anchors(marks, at=at)
    for mark in marks:
        with upkeep_scope(UUID(mark.account)):
            Verification.objects.update(position=0, anchored=mark.position)  # the next check reads all of it


def standing() -> Verification:
    """What is known of the account in scope; made when it is asked for first."""
    found = Verification.objects.first()
    if found is None:
        with suppress(IntegrityError), transaction.atomic():  # somebody else may make it just now
            Verification.objects.create()
        found = Verification.objects.get()
    return found


def _until_the_first(found: Iterator[Fault]) -> Iterator[Fault]:
    """Faults up to the first that has a place: after it each entry may be called wrong."""
    for fault in found:
        yield fault
        if fault.position:
            return


def _against(anchors: Sequence[Anchor], after: Head, end: Head) -> Iterator[Fault]:
    """The first place that is not as it was noted: its entry is gone, or the chain had another value there."""
    noted = [(after.position, after.chain.hex())] if after.position else []
    noted += [(anchor.position, anchor.chain) for anchor in anchors if anchor.position]
    chains = chains_at(position for position, _chain in noted)
    for position, chain in sorted(noted):
        if position > end.position:
            yield Fault(end.position + 1, Why.CUT)
            return
        found = chains.get(position)
        if found is None or found.hex() != chain:
            yield Fault(position, Why.REWRITTEN if found else Why.MISSING)
            return


def _unnoted(begin: Head) -> Iterator[Fault]:
    """Entries went from the beginning, and the chain itself does not say so."""
    noted = noted_beginning()
    if begin != noted:
        yield Fault(min(begin.position, noted.position) + 1, Why.MISSING)


def _note(before: Verification, outcome: Outcome) -> bool:
    """Write down what was found; True when a fault is news."""
    row = Verification.objects.select_for_update(no_key=True).get(pk=before.pk)
    row.checked_at, was_broken = now(), row.broken_at is not None
    fault = outcome.first
    if fault is None:
        row.position, row.chain = outcome.head.position, outcome.head.chain
        row.whole_at = row.checked_at if outcome.after == outcome.gone else row.whole_at
        row.broken_at, row.fault_at, row.fault = None, None, ""
    elif not was_broken:
        row.broken_at, row.fault_at, row.fault = row.checked_at, fault.position, fault.why
        row.is_in_reads = outcome.fault is None
        told = {"number": fault.position, "reason": fault.why.value}
        record(BROKEN, row, actor=SYSTEM, changes=told | ({"kind": "reads"} if row.is_in_reads else {}))
    row.save()
    return fault is not None and not was_broken
