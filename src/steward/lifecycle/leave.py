"""Whether a command that takes an account's content may run: one question, asked by each of them.

Who serves companies other than their own is a processor: they act on the account's order, or with a grant of it that
runs now. Whoever runs it for themselves (no `STEWARD_HOSTING`, a plan without a clock) is the controller, and needs
nobody's leave. Both, or who serves others would need but to put an account on another plan.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from steward.lifecycle.models import SELF_HOSTED
from steward.lifecycle.moving import open_order
from steward.lifecycle.plans import plan_of
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.support_access.models import Area
from steward.privacy.support_access.queries import may_read_content
from steward.privacy.takeout.access import has_order_of_owner
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


class Leave(StrEnum):
    """By what right."""

    OWN = "own"  # the account is the company's that runs the installation
    ORDER = "order"  # an owner ordered it
    GRANT = "grant"  # the account lets support do it, for some hours


class NoLeave(PermissionError):
    """Neither an order nor a grant."""


def _is_move_ordered() -> bool:
    return open_order() is not None


def _is_never_ordered() -> bool:
    """An owner who wants it reads it in the console."""
    return False


_MOVE = "move"
_ORDERS: Mapping[str, Callable[[], bool]] = {Area.EXPORT.value: has_order_of_owner, _MOVE: _is_move_ordered}


def leave_for(account: Account, *, area: str, write: bool = False) -> Leave:
    """By what right the content of an account may be read or taken, or with `write` changed. Opens scopes of its own.

    `area` is one of those of a grant (`support_access.models.Area`), or "move". Raises `NoLeave`, and `ValueError` for
    another.
    """
    is_ordered = _ORDERS.get(area if area == _MOVE else Area(area).value, _is_never_ordered)
    with upkeep_scope(account.pk):
        if plan_of(account).code == SELF_HOSTED and not is_hosting():
            return Leave.OWN
        if is_ordered():
            return Leave.ORDER
    # Nothing is granted for an account that is sealed; and moving takes a signed order, whatever is granted.
    is_grantable = area != _MOVE and account.state != Account.State.TERMINATED
    if is_grantable and may_read_content(account.pk, area=area, write=write):
        return Leave.GRANT
    raise NoLeave(area)
