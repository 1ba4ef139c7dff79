"""An owner orders that the account goes, with everything in it: at once, or after some days to think it over.

From that moment on nothing is waited for: it is suspended, terminated and deleted, each in its turn (`timetable`).
Until the deleting begins any owner can take the order back. All owners and admins are told by mail, and who runs the
installation. In the account's scope.
"""

from datetime import timedelta

from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.lifecycle.letters import Occasion, tell_owners
from steward.lifecycle.letters_to_operators import Asked
from steward.lifecycle.models import ReopeningOrder, Standing
from steward.lifecycle.orders import noted, standing_rows
from steward.lifecycle.standings import locked_standing, reckon
from steward.lifecycle.suspension import resume_account
from steward.people.models import Membership
from steward.tenancy.models import Account


def order_deletion(account: Account, *, owner: Membership, after: timedelta = timedelta()) -> bool:
    """Order that everything is deleted, `after` so long. False when it is ordered."""
    at = now()
    ordered = {"deletion_ordered_at": at, "leaves_at": at + after}
    if not standing_rows(account).filter(deletion_ordered_at=None).update(**ordered):
        return False
    ReopeningOrder.objects.all().delete()  # what was ordered last holds
    reckon()
    # What is told now is no warning that would be missed.
    Standing.objects.filter(account=account, next_at__isnull=False).update(warned_days=after.days)
    reckon()
    noted(Asked.DELETION, account, owner)
    tell_owners(account, Occasion.DELETION_ORDERED, until=at + after, owner=owner.name)
    return True


def withdraw_deletion(account: Account, *, owner: Membership) -> bool:
    """Take that order back; what was shut for it alone is open again. False when there is none, or it has begun."""
    locked_standing()  # whoever begins to delete has it until that is stored; only then is it asked
    if Account.objects.filter(pk=account.pk, departing_since__isnull=False).exists():
        return False
    ordered = standing_rows(account).filter(deletion_ordered_at__isnull=False)
    if not ordered.update(deletion_ordered_at=None, leaves_at=None):
        return False
    noted(Asked.NO_DELETION, account, owner)
    tell_owners(account, Occasion.DELETION_TAKEN_BACK, owner=owner.name)
    open_what_was_shut_for_it(account, actor=Actor(ActorKind.AGENT, owner.id))
    reckon()
    return True


def open_what_was_shut_for_it(account: Account, *, actor: Actor) -> None:
    """Let it go on where it is suspended for that order alone: by now, whatever `account` was when it was read."""
    if Standing.objects.filter(account=account, suspended_because=Standing.Reason.OWNER).exists():
        resume_account(account, actor=actor)
