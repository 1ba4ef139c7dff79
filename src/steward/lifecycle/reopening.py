"""The owner's order to open a terminated account again. Without one nobody opens it, `suspension` sees to that.

An owner gives it on the page about where the account stands; or it came by mail or letter, and an operator notes who
ordered it and how. Whatever was ordered last holds: an order to delete everything ends this one, and while that stands
this one cannot be given. In the account's scope.
"""

from typing import Any

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lifecycle.letters_to_operators import Asked
from steward.lifecycle.models import ReopeningOrder, Standing
from steward.lifecycle.orders import noted
from steward.lifecycle.standings import locked_standing
from steward.people.models import Membership
from steward.tenancy.models import Account

LONGEST = 500  # characters of who ordered it, and of how
ORDERED = "account.reopening_ordered"


class NoOrder(PermissionError):
    """No owner has ordered that the account is opened again."""


class NotToBeOrdered(ValueError):
    """It is not terminated, or it is being deleted, or an owner has ordered that it is: that has to be taken back."""


def reopening_order() -> ReopeningOrder | None:
    """The order that stands, if there is one."""
    return ReopeningOrder.objects.first()


def by_whom(order: ReopeningOrder) -> str:
    """The name of who gave it; empty for an owner who is no member any more."""
    if order.owner_id is None:
        return order.ordered_by
    return Membership.objects.filter(pk=order.owner_id).values_list("name", flat=True).first() or ""


def reopening_shown() -> dict[str, Any] | None:
    """The order for pages: `at`, `name`, and `how` where it was noted; None where there is none."""
    order = reopening_order()
    return {"at": order.ordered_at, "name": by_whom(order), "how": order.how} if order else None


def order_reopening(account: Account, *, owner: Membership, words: str = "") -> bool:
    """Order it, with what the owner says to that. False when they have; it then stays. Raises `NotToBeOrdered`.

    One that an operator has noted gives way to it: this one is proven.
    """
    with transaction.atomic():
        _check(account)
        before = reopening_order()
        if before is not None and before.owner_id is not None:
            return False
        ReopeningOrder.objects.all().delete()
        ReopeningOrder.objects.create(ordered_at=now(), owner_id=owner.id)
        noted(Asked.REOPENING, account, owner, words)
    return True


def note_reopening_order(account: Account, *, ordered_by: str, how: str, actor: Actor) -> bool:
    """Note an order that came in another way; one that was noted before is corrected by it. False where an owner has
    given one on the page: that stays, and nothing is noted. Raises `NotToBeOrdered`, and `ValueError` without who and
    how.
    """
    who, way = ordered_by.strip()[:LONGEST], how.strip()[:LONGEST]
    if not who or not way:
        raise ValueError("who ordered it, and how")
    with transaction.atomic():
        _check(account)
        before = reopening_order()
        if before is not None and before.owner_id is not None:
            return False
        columns = {"ordered_at": now(), "ordered_by": who, "how": way}
        ReopeningOrder.objects.update_or_create(defaults=columns)
        record(ORDERED, account, actor=actor, changes={"by": "operator"})
    return True


def withdraw_reopening(account: Account, *, owner: Membership) -> bool:
    """Take the order back, whoever gave it. False when there is none."""
    with transaction.atomic():
        locked_standing()
        if not ReopeningOrder.objects.all().delete()[0]:
            return False
        noted(Asked.NO_REOPENING, account, owner)
    return True


def told(order: ReopeningOrder) -> dict[str, object]:
    """What the event of the opening says of the order: an id, no words."""
    return {"by": "operator"} if order.owner_id is None else {"by": "owner", "membership": order.owner_id}


def _check(account: Account) -> None:
    locked_standing()  # whoever opens it, or begins to delete it, has it until that is stored
    there = Account.objects.filter(pk=account.pk, state=Account.State.TERMINATED, departing_since=None)
    is_leaving = Standing.objects.filter(account=account, deletion_ordered_at__isnull=False)
    if not there.exists() or is_leaving.exists():
        raise NotToBeOrdered(account.slug)
