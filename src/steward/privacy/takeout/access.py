"""Who may have a copy of everything, and reading copies."""

from uuid import UUID

from steward.people.access import may
from steward.people.models import Membership
from steward.privacy.takeout.models import AccountCopy

SHOWN = 20  # of the newest


def can_take_everything(me: Membership) -> bool:
    """Order a copy of everything the account holds, download it, and have it deleted."""
    return may(me, "account:export")


def newest_copies() -> list[AccountCopy]:
    """The newest copies of the account in scope."""
    return list(AccountCopy.objects.order_by("-asked_at", "-pk")[:SHOWN])


def newest_copy() -> AccountCopy | None:
    """The one that was ordered last in the account in scope."""
    return next(iter(AccountCopy.objects.select_related("file").order_by("-asked_at", "-pk")[:1]), None)


def get_copy(copy_id: UUID) -> AccountCopy:
    """One of the account in scope; raises `AccountCopy.DoesNotExist`."""
    return AccountCopy.objects.select_related("file").get(pk=copy_id)


def has_order_of_owner() -> bool:
    """Whether an owner ordered a copy that is being made, or can still be had: in the account in scope."""
    ordered = AccountCopy.objects.filter(asked_by_kind="agent", state__in=[*AccountCopy.OPEN, AccountCopy.State.READY])
    return any(copy.is_open or copy.is_there() for copy in ordered)
