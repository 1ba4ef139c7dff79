"""Deleting accounts again that a backup has brought back, before anything is served."""

from datetime import datetime
from uuid import UUID

from steward.lib.actor import SYSTEM
from steward.lifecycle.departed_models import Departure
from steward.lifecycle.departing.running import Progress, begin_departure, delete_for_a_while
from steward.lifecycle.models import SELF_HOSTED, Standing
from steward.lifecycle.suspension import suspend_account, terminate_account
from steward.privacy.erasure.ledger import departures
from steward.privacy.erasure.ledger_lines import Departed
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_GONE = frozenset({Account.State.DELETED, Account.State.GONE})
_HOUR = 3600.0


def delete_accounts_again() -> tuple[int, int]:
    """Follow the ledger: (accounts that were deleted again, accounts that a legal hold of that time keeps).

    Raises `LedgerBroken`, `NotWhole`, and `StoreFault` of a bucket.
    """
    done = held = 0
    for account_id, (begun, _ended) in departures().items():
        account = Account.objects.filter(pk=account_id).exclude(state__in=_GONE).first()
        if account is not None:
            is_gone = _deleted_again(account, begun)
            done, held = done + is_gone, held + (not is_gone)
    return done, held


def _deleted_again(account: Account, begun: Departed) -> bool:
    with upkeep_scope(account.pk):
        Standing.objects.get_or_create(
            account=account, defaults={"plan_id": SELF_HOSTED, "stage_due_at": account.state_since}
        )
        # It goes through each part of its life in turn, as everywhere.
        Standing.objects.filter(account=account).update(leaves_at=datetime.fromisoformat(begun.begun_at))
        suspend_account(account, actor=SYSTEM, because=Standing.Reason.OWNER)
        if begun.is_ordered:  # the backup may have it suspended for something else
            Standing.objects.filter(account=account).update(suspended_because=Standing.Reason.OWNER)
        terminate_account(account, actor=SYSTEM)
        begin_departure(account)
        Departure.objects.filter(pk=account.pk).update(
            is_ordered=begun.is_ordered, begun_at=datetime.fromisoformat(begun.begun_at)
        )
        is_begun = Account.objects.filter(pk=account.pk, departing_since__isnull=False).exists()
    return is_begun and _is_through(account.pk)


def _is_through(account_id: UUID) -> bool:
    while True:
        match delete_for_a_while(account_id, seconds=_HOUR, rest=0):
            case Progress.DONE:
                return True
            case Progress.HELD:
                return False
