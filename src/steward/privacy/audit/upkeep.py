"""Chains by the clock: what is new is checked and anchored each hour, and each chain is read whole once a week."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from steward.lib.clock import now
from steward.privacy.audit.anchors import Anchor, forget_old_anchors, newest_anchors, oldest_anchors, write_anchors
from steward.privacy.audit.carrying import NotReached, carried_anchors, carry_anchors, forget_carried
from steward.privacy.audit.letting_go import Gone, let_entries_of_account_go
from steward.privacy.audit.models import Verification
from steward.privacy.audit.policy import forget_old_reads, policy
from steward.privacy.audit.sealing import seal_reads
from steward.privacy.audit.verifying import standing, verify
from steward.privacy.holds.models import LegalHold
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)
WHOLE_EVERY = timedelta(days=7)
_MANY = 500  # accounts that are anchored with one write


def anchor_everywhere() -> int:
    """Check what is new in each account, and write down where its chain ends; returns how many were written down.

    An account whose chain does not hold keeps the last anchor that did.
    """
    seal_reads()
    newest, at = newest_anchors(), now()
    accounts = list(Account.objects.filter(departing_since=None).order_by("id").values_list("id", flat=True))
    some = (accounts[start : start + _MANY] for start in range(0, len(accounts), _MANY))
    anchored = sum(_anchor(each, newest, at) for each in some)
    carry_anchors()
    return anchored


def read_whole(*, seconds: float) -> int:
    """Read the chains from their beginning that were not for a week, the longest unread first, while there is time.

    Returns how many were read.
    """
    until, read, carried = time.monotonic() + seconds, 0, _carried() or {}
    for account_id in _unread():
        if time.monotonic() > until:
            break
        verify(account_id, is_whole=True, carried=carried.get(str(account_id), ()))
        read += 1
    forget_old_anchors()
    forget_carried()
    return read


def let_reads_go() -> int:
    """Let go of reads that are older than each account says, unless the account is held; returns how many."""
    gone = 0
    for account_id in Account.objects.filter(departing_since=None).values_list("id", flat=True):
        with upkeep_scope(account_id):
            if not LegalHold.objects.in_force().filter(on=LegalHold.On.ACCOUNT).exists():
                gone += forget_old_reads(policy().reads_days)
    return gone


def let_entries_go() -> Gone:
    """Let go of entries that are older than each account says, of each account a night's share; returns how many.

    Where anchors are in a bucket that does not answer, none goes whole: one of them may be about it.
    """
    carried = _carried()
    oldest = {} if carried is None else oldest_anchors(one for some in carried.values() for one in some)
    accounts = Account.objects.filter(departing_since=None).values_list("id", flat=True)
    gone = [let_entries_of_account_go(one, anchored=oldest.get(str(one), 0)) for one in accounts]
    return Gone(sum(one.whole for one in gone), sum(one.said for one in gone))


def _carried() -> Mapping[str, Sequence[Anchor]] | None:
    """The anchors in the bucket; None when it does not answer."""
    try:
        return carried_anchors()
    except NotReached as problem:
        logger.error("anchors cannot be read: %s", problem)
        return None


def _anchor(accounts: Sequence[UUID], newest: Mapping[str, Anchor], at: datetime) -> int:
    anchored = list(_anchors(accounts, newest, at))
    write_anchors(anchored, at=at)
    for anchor in anchored:
        with upkeep_scope(UUID(anchor.account)):
            Verification.objects.filter(anchored__lte=anchor.position).update(anchored=anchor.position, anchored_at=at)
    return len(anchored)


def _anchors(accounts: Sequence[UUID], newest: Mapping[str, Anchor], at: datetime) -> Iterator[Anchor]:
    positions = _positions(accounts)
    for account_id in accounts:
        known, position = newest.get(str(account_id)), positions.get(account_id, 0)
        is_days_first = known is not None and datetime.fromisoformat(known.at).date() < at.date()
        if position == (known.position if known else 0) and not is_days_first:
            continue
        # Once a day where nothing happened, too: what was checked last week is no answer to an owner who asks today.
        outcome = verify(account_id, is_whole=False, anchors=[known] if known else [])
        if outcome.first is None:
            yield Anchor(str(account_id), outcome.head.position, outcome.head.chain.hex(), at.isoformat())
        elif known and is_days_first:  # each day's file is about every account
            yield replace(known, at=at.isoformat(), is_restored=False)


def _positions(accounts: Sequence[UUID]) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, reached FROM event_positions(%s::uuid[])", [list(accounts)])
        return dict(cursor.fetchall())


def _unread() -> list[UUID]:
    """Accounts whose chain is due to be read whole."""
    due: list[tuple[datetime | None, UUID]] = []
    for account_id in Account.objects.filter(departing_since=None).values_list("id", flat=True):
        with upkeep_scope(account_id):
            last = standing().whole_at
        if last is None or last + WHOLE_EVERY <= now():
            due.append((last, account_id))
    return [account_id for _last, account_id in sorted(due, key=lambda one: (one[0] is not None, one[0] or now()))]
