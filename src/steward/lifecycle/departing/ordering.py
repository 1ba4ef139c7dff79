"""Deleting by hand: what is due or ordered, and everything, where an installation serves its own company alone."""

from collections.abc import Callable

from steward.lib.clock import now
from steward.lifecycle.departed_models import Departure
from steward.lifecycle.departing.running import Progress, delete_for_a_while
from steward.lifecycle.orders import standing_rows
from steward.lifecycle.passing import do_what_is_due
from steward.lifecycle.standings import coming_step, locked_standing, reckon
from steward.lifecycle.timetable import Stage, is_due
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_PART = 2.0  # seconds between two words about how far it is
_STEPS = 3  # suspended, terminated, begun


class NotDue(ValueError):
    """Its time has not come, and no owner has ordered it; or a legal hold stands."""


def may_be_deleted(account: Account) -> bool:
    """Whether an operator may have it deleted now: its owner has ordered it, or its time has come."""
    with upkeep_scope(account.pk):
        standing = locked_standing()
        if standing is None or account.departing_since is not None:
            return False
        step = coming_step(standing, account)
        is_ordered = standing.leaves_at is not None and standing.leaves_at <= now()
        return is_due(step, now()) and (is_ordered or (step is not None and step.to == Stage.DELETED))


def begin_if_due(account: Account) -> bool:
    """Take every step that is due until its deletion has begun. False when that is not due, or held."""
    if not may_be_deleted(account):
        return False
    for _step in range(_STEPS):
        with upkeep_scope(account.pk):
            do_what_is_due()
        account.refresh_from_db()
        if account.departing_since is not None:
            return True
    return False


def order_at_once(account: Account) -> None:
    """Where somebody serves their own company alone, who runs the installation is who owns it."""
    with upkeep_scope(account.pk):
        standing_rows(account).update(deletion_ordered_at=now(), leaves_at=now())
        reckon()


def delete_now(account: Account, *, told: Callable[[int], None] = lambda rows: None, rest: float | None = None) -> None:
    """Delete the whole account in this process; `told` hears how many rows have gone. Raises `NotDue`, `NotWhole`."""
    if account.departing_since is None and not begin_if_due(account):
        raise NotDue(account.slug)
    while True:
        more = {} if rest is None else {"rest": rest}
        match delete_for_a_while(account.pk, seconds=_PART, **more):
            case Progress.DONE:
                return
            case Progress.HELD:
                raise NotDue(account.slug)
        told(sum(Departure.objects.get(pk=account.pk).erased.values()))
