"""What an owner asks for when nobody gets in any more: to open it again, a copy of everything. Deleting: `closing`;
opening a terminated one: `reopening`.

Each is kept at the account's standing, recorded, and told to who runs the installation by mail. In the account's scope.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from steward.events.actions import record
from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.lifecycle.letters_to_operators import Asked, tell_operators
from steward.lifecycle.models import SELF_HOSTED, ReopeningOrder, Standing
from steward.people.models import Membership
from steward.privacy.takeout import actions as everything
from steward.tenancy.models import Account

ASKED_AGAIN = timedelta(days=1)  # whoever asks more often is not heard more often


def ask_to_lift(account: Account, *, owner: Membership, words: str = "") -> bool:
    """Ask the operators to open it again, with what the owner says to that. False within a day of the last time."""
    at = now()
    is_time = Q(lift_asked_at=None) | Q(lift_asked_at__lte=at - ASKED_AGAIN) | Q(lift_asked_at__gt=at)
    if not standing_rows(account).filter(is_time).update(lift_asked_at=at):
        return False
    noted(Asked.LIFT, account, owner, words)
    return True


def order_copy(account: Account, *, owner: Membership) -> bool:
    """Have an encrypted copy of everything made. False when one is being made."""
    try:
        with transaction.atomic():
            everything.order_copy(actor=Actor(ActorKind.AGENT, owner.id))
    except everything.BeingMade:
        return False
    standing_rows(account).update(copy_ordered_at=now())
    noted(Asked.COPY, account, owner)
    return True


def forget_orders(account: Account) -> None:
    """It is open again: nothing of that holds any more."""
    nothing = {"lift_asked_at": None, "copy_ordered_at": None, "deletion_ordered_at": None, "leaves_at": None}
    Standing.objects.filter(account=account).update(**nothing)
    ReopeningOrder.objects.all().delete()


def standing_rows(account: Account) -> QuerySet[Standing]:
    """The standing of the account; one that never had a clock is given one without."""
    Standing.objects.get_or_create(
        account=account, defaults={"plan_id": SELF_HOSTED, "stage_due_at": account.state_since}
    )
    return Standing.objects.filter(account=account)


_KINDS = {
    Asked.LIFT: "account.lift_asked",
    Asked.COPY: "account.copy_ordered",
    Asked.DELETION: "account.deletion_ordered",
    Asked.NO_DELETION: "account.deletion_withdrawn",
    Asked.REOPENING: "account.reopening_ordered",
    Asked.NO_REOPENING: "account.reopening_withdrawn",
}


def noted(asked: Asked, account: Account, owner: Membership, words: str = "") -> None:
    """Record that it was asked for, and tell who runs the installation."""
    record(_KINDS[asked], account, actor=Actor(ActorKind.AGENT, owner.id))
    tell_operators(asked, account, owner, words=words)
