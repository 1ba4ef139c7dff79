"""The steps of an account's life, and the ways back.

Suspended: nobody gets in, no mail is sent for it, and what comes in waits for some days and is refused then.
Terminated: its hosts are those of nobody.
"""

from datetime import datetime

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lifecycle.configuration import give_configuration_again, take_configuration
from steward.lifecycle.letters import Occasion, tell_owners, tell_reopened
from steward.lifecycle.models import Standing
from steward.lifecycle.moves import move
from steward.lifecycle.orders import forget_orders
from steward.lifecycle.reopening import NoOrder, by_whom, reopening_order, told
from steward.lifecycle.standings import coming_step, locked_standing, plan_of, reckon, standing_of
from steward.lifecycle.timetable import is_due
from steward.people.signed_in import end_sessions_of_account
from steward.privacy.support_access.actions import end_all_access
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

State, Reason = Account.State, Standing.Reason


def suspend_account(
    account: Account, *, actor: Actor, because: str = Reason.OPERATOR, due_at: datetime | None = None
) -> bool:
    """Shut an active account; its sessions end. False when it was not active.

    `due_at` is when it was due by the plan: what follows is counted from there.
    """
    with upkeep_scope(account.id):
        if not move(account, State.ACTIVE, State.SUSPENDED, due_at):
            return False
        _hold_mail(account)
        Standing.objects.filter(account=account).update(suspended_because=because, respite_until=None)
        record("account.suspended", account, actor=actor, changes={"reason": because})
        end_sessions_of_account(account.id, actor=actor)
        end_all_access()  # who could end it does not get in any more
        reckon()
        if because != Reason.OWNER:  # they were told when it was ordered
            tell_owners(account, Occasion.SUSPENDED, because=because)
    return True


def terminate_account(account: Account, *, actor: Actor, due_at: datetime | None = None) -> bool:
    """Take from a suspended account its hosts and all it has set up; its data stay. False when it was not suspended."""
    with upkeep_scope(account.id):
        if not move(account, State.SUSPENDED, State.TERMINATED, due_at):
            return False
        take_configuration(actor=actor)
        record("account.terminated", account, actor=actor)
        reckon()
        if not _is_leaving(account):
            tell_owners(account, Occasion.TERMINATED)
    return True


def resume_account(account: Account, *, actor: Actor) -> bool:
    """Open a suspended account again. False when it was not suspended."""
    with upkeep_scope(account.id):
        if not move(account, State.SUSPENDED, State.ACTIVE, None):
            return False
        record("account.resumed", account, actor=actor)
        _let_in(account)
        tell_owners(account, Occasion.OPEN_AGAIN)
    return True


def reopen_account(account: Account, *, actor: Actor) -> bool:
    """Open a terminated account again, on its owner's order (`reopening`); what it had set up is entered anew.

    False when it was not terminated, or its data are being deleted. Raises `NoOrder`.
    """
    with upkeep_scope(account.id):
        locked_standing()  # before the order is looked at: an owner may take it back in this moment
        order = reopening_order()
        there = Account.objects.filter(pk=account.pk, state=State.TERMINATED, departing_since=None)
        if (order is None or _is_leaving(account)) and there.exists():
            raise NoOrder(account.slug)
        if order is None or not move(account, State.TERMINATED, State.ACTIVE, None):
            return False
        name = by_whom(order)
        record("account.reopened", account, actor=actor, changes=told(order))
        give_configuration_again(account, actor=actor)
        _let_in(account)
        tell_reopened(account, order, name=name)
    return True


def _let_in(account: Account) -> None:
    """Nothing is held any more, and nothing that was ordered meanwhile."""
    Account.objects.filter(pk=account.pk).update(mail_held_until=None)
    Standing.objects.filter(account=account).update(suspended_because="")
    forget_orders(account)
    _give_respite(account)
    reckon()


def _is_leaving(account: Account) -> bool:
    """Its owner has ordered that everything is deleted, and was told of that."""
    return Standing.objects.filter(account=account, leaves_at__isnull=False).exists()


def _hold_mail(account: Account) -> None:
    """Mail that comes in waits for some days; from then on it is refused, as it is at once where the account wants."""
    until = account.state_since if account.refuses_mail else account.state_since + plan_of(account).mail_held
    Account.objects.filter(pk=account.pk).update(mail_held_until=until)


def _give_respite(account: Account) -> None:
    """Who is let in while something is still owed has as long as after an invoice."""
    standing = standing_of(account)
    if standing is not None and is_due(coming_step(standing, account), now()):
        until = now() + standing.plan.periods.grace
        Standing.objects.filter(account=account).update(respite_until=until)
