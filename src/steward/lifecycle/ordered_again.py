"""What owners ordered of the end of their accounts, for the day a backup is restored that is older than that.

An order to delete everything waits for some days, and may be taken back meanwhile. A restored database would know
nothing of the one, or carry out what nobody wants any more; so both stand in the ledger of erasures, by their moments.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from steward.backups.standing import also_unservable
from steward.events.actions import record
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue, task
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.closing import open_what_was_shut_for_it
from steward.lifecycle.models import ReopeningOrder, Standing
from steward.lifecycle.orders import standing_rows
from steward.lifecycle.standings import reckon
from steward.privacy.erasure.ledger import departure_orders, write_departure_order
from steward.privacy.erasure.ledger_lines import DepartureOrdered
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_ORDERED, _TAKEN_BACK = "account.deletion_ordered", "account.deletion_withdrawn"
_IN_USE = (Account.State.ACTIVE, Account.State.SUSPENDED, Account.State.TERMINATED)


@subscribe(_ORDERED, _TAKEN_BACK, "account.resumed", "account.reopened")
def note_orders(_events: Sequence[Event]) -> None:
    """By a job, for the ledger is where the worker is. Whoever opens an account again forgets the order, too."""
    enqueue(note_order)


@task("ledger.departure_order", in_scope=False)
def note_order(account_id: UUID) -> None:
    """Write down, durably, whether it is ordered that everything goes, and when; nothing where the ledger says so."""
    standing = Standing.objects.filter(account=account_id, leaves_at__isnull=False).first()
    last = departure_orders().get(account_id)
    if standing is not None and standing.deletion_ordered_at is not None and standing.leaves_at is not None:
        said = standing.deletion_ordered_at.isoformat(), standing.leaves_at.isoformat()
        if last is None or (last.said_at, last.leaves_at) != said:
            write_departure_order(account_id, said_at=said[0], leaves_at=said[1])
    elif last.leaves_at if last is not None else _was_ordered(account_id):
        write_departure_order(account_id, said_at=now().isoformat(), leaves_at="")


def _was_ordered(account_id: UUID) -> bool:
    """Lines go after a while, and the order may be older: a backup from before it was taken back still holds it."""
    with upkeep_scope(account_id):
        return Event.objects.filter(kind=_ORDERED).exists()


def missing_orders() -> list[DepartureOrdered]:
    """Orders, and what was taken back, of which this database has not heard. Raises `LedgerBroken`."""
    told = departure_orders()
    here = Account.objects.filter(pk__in=list(told), state__in=_IN_USE, departing_since=None) if told else ()
    return [told[account.pk] for account in here if _is_unheard(told[account.pk])]


def follow_orders() -> int:
    """Order it here, too, or take it back; returns how many. After accounts were deleted again: these have it behind
    them.
    """
    missing = missing_orders()
    for line in missing:
        with upkeep_scope(UUID(line.account)):
            _follow(line, Account.objects.get(pk=line.account))
    return len(missing)


@also_unservable
def _behind() -> Iterator[str]:
    if number := len(missing_orders()):
        orders = "one order" if number == 1 else f"{number} orders"
        yield (
            f"This database is older than the ledger of erasures: it has not heard of {orders} "  # not for people
            "of owners to delete their accounts, or to delete them no more. "
            "`steward restore --replay` follows what they said last."
        )


def _is_unheard(line: DepartureOrdered) -> bool:
    """An order is known by its event, which stays when it is taken back before the worker has written that down."""
    said_at = datetime.fromisoformat(line.said_at)
    if not line.leaves_at:
        return Standing.objects.filter(pk=UUID(line.account), deletion_ordered_at__lte=said_at).exists()
    with upkeep_scope(UUID(line.account)):
        return not Event.objects.filter(kind=_ORDERED, at__gte=said_at).exists()


def _follow(line: DepartureOrdered, account: Account) -> None:
    """Nobody is mailed: owners and operators were, when it was said."""
    standing = standing_rows(account)
    if line.leaves_at:
        said_at, leaves_at = map(datetime.fromisoformat, (line.said_at, line.leaves_at))
        standing.update(deletion_ordered_at=said_at, leaves_at=leaves_at)
        ReopeningOrder.objects.filter(ordered_at__lte=said_at).delete()  # what was ordered last holds
        record(_ORDERED, account, actor=SYSTEM)
    else:
        standing.update(deletion_ordered_at=None, leaves_at=None)
        record(_TAKEN_BACK, account, actor=SYSTEM)
        open_what_was_shut_for_it(account, actor=SYSTEM)
    reckon()
