"""Whether a command that takes an account's content may run: one question, asked by each of them.

Who serves companies other than their own is a processor: they act on the account's order, or with a grant of it that
runs now. Whoever runs it for themselves (no `STEWARD_HOSTING`, a plan without a clock) is the controller, and needs
nobody's leave. Both, or who serves others would need but to put an account on another plan.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from steward.lifecycle.models import SELF_HOSTED
from steward.lifecycle.moving import open_order
from steward.lifecycle.plans import plan_of
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.support_access.models import Area, Deed
from steward.privacy.support_access.queries import grant_for_commands
from steward.privacy.takeout.access import has_order_of_owner
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


class By(StrEnum):
    """By what right."""

    OWN = "own"  # the account is the company's that runs the installation
    ORDER = "order"  # an owner ordered it
    GRANT = "grant"  # the account lets support do it, for some hours
    NOBODY = "nobody"  # nobody has entered the account yet, or nobody could grant it there


@dataclass(frozen=True, slots=True)
class Leave:
    """That something may be done, and by which grant where it is one."""

    by: By
    grant: UUID | None = None


class NoLeave(PermissionError):
    """Neither an order nor a grant."""


def _is_move_ordered() -> bool:
    return open_order() is not None


_MOVE = "move"


def leave_for(account: Account, *, area: str, deed: Deed = Deed.READ, for_owners: bool = False) -> Leave:
    """By what right the content of an account may be read or taken, changed, or erased. Opens scopes of its own.

    `area` is one of those of a grant (`support_access.models.Area`), or "move". `for_owners`: what is made can be
    opened by the owners alone, so that an order of theirs for a copy is enough. Raises `NoLeave`, and `ValueError` for
    another area.
    """
    if area != _MOVE:
        Area(area)
    with upkeep_scope(account.pk):
        if plan_of(account).code == SELF_HOSTED and not is_hosting():
            return Leave(By.OWN)
        if _is_move_ordered() if area == _MOVE else for_owners and has_order_of_owner():
            return Leave(By.ORDER)
    # Nothing is granted for an account that is sealed; and moving takes a signed order, whatever is granted.
    is_grantable = area != _MOVE and account.state != Account.State.TERMINATED
    grant = grant_for_commands(account.pk, area=area, deed=deed) if is_grantable else None
    if grant is None:
        raise NoLeave(area)
    return Leave(By.GRANT, grant.pk)
