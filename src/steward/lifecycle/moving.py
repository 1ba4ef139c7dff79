"""The account's signed order to move its data to another region. Moving itself is nobody's doing without one.

Only an owner orders it, with a second factor shown for it; the words that were agreed to are kept with their hash.
"""

import json
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.people.models import Membership, Role
from steward.people.second_factors import STRONG
from steward.tenancy.models import Account, Region, RegionMoveOrder
from steward.tenancy.scope import current_account_id


class NotOrderable(ValueError):
    """Somebody who may not, without a second factor, to where it is already or cannot be, or a second order."""


def regions_to_move_to() -> list[Region]:
    """The regions with a data centre, other than the account's own."""
    others = Region.objects.filter(datacentre__isnull=False).exclude(code=_account().data_centre.region_id)
    return list(others.distinct().order_by("code"))


def open_order() -> RegionMoveOrder | None:
    """The order that stands, if there is one."""
    return RegionMoveOrder.objects.filter(state=RegionMoveOrder.State.ORDERED).first()


def order_region_move(to_region: str, *, owner: Membership, factor: str) -> RegionMoveOrder:
    """Order that the account's data go to another region. In the account's scope.

    `factor` is the second factor the owner has shown for this (`people.showing_factors`). Raises `NotOrderable`.
    """
    account = _account()
    if owner.role != Role.OWNER or owner.account_id != account.id or factor not in STRONG:
        raise NotOrderable("an owner orders this, with a second factor")
    if to_region not in {region.code for region in regions_to_move_to()}:
        raise NotOrderable("not a region to move to")
    at = now()
    words = order_words(account, to_region, owner, at)
    try:
        with transaction.atomic():
            order: RegionMoveOrder = RegionMoveOrder.objects.create(
                from_region=account.data_centre.region_id,
                to_region=to_region,
                ordered_by=owner.id,
                factor=factor,
                document=words,
                sha256=sha256(words.encode()).hexdigest(),
                ordered_at=at,
            )
            told = {"from_region": order.from_region, "to_region": to_region, "sha256": order.sha256}
            record("account.move_ordered", order, actor=Actor(ActorKind.AGENT, owner.id), changes=told)
    except IntegrityError as error:
        raise NotOrderable("there is an order already") from error
    return order


def withdraw_region_move(order: RegionMoveOrder, *, actor: Actor) -> None:
    """Take an order back before it is carried out. Taking back twice does nothing."""
    states = RegionMoveOrder.State
    with transaction.atomic():
        standing = RegionMoveOrder.objects.filter(pk=order.pk, state=states.ORDERED)
        if standing.update(state=states.WITHDRAWN, ended_at=now()):
            record("account.move_withdrawn", order, actor=actor)
    order.refresh_from_db()


def order_words(account: Account, to_region: str, owner: Membership, at: datetime) -> str:
    """What the order says, in one form: its hash is the hash of exactly this."""
    said = {
        "order": "move all data of the account to another region",
        "account": str(account.id),
        "from_region": account.data_centre.region_id,
        "to_region": to_region,
        "ordered_by": str(owner.id),
        "ordered_at": at.isoformat(),
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def _account() -> Account:
    return Account.objects.select_related("data_centre__region").get(pk=current_account_id())
