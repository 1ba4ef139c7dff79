"""Suspending an account and letting it go on: nobody gets in meanwhile, and no mail is taken or sent for it."""

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.signed_in import end_sessions_of_account
from steward.tenancy.directory import forget
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def suspend_account(account: Account, *, actor: Actor) -> bool:
    """Shut an active account; its sessions end. False when it was not active."""
    return _move(account, Account.State.ACTIVE, Account.State.SUSPENDED, "account.suspended", actor)


def resume_account(account: Account, *, actor: Actor) -> bool:
    """Open a suspended account again. False when it was not suspended."""
    return _move(account, Account.State.SUSPENDED, Account.State.ACTIVE, "account.resumed", actor)


def _move(account: Account, before: str, after: str, kind: str, actor: Actor) -> bool:
    with account_scope(account.id):
        moved = Account.objects.filter(pk=account.pk, state=before).update(state=after, state_since=now())
        if moved:
            record(kind, account, actor=actor)
            if after == Account.State.SUSPENDED:
                end_sessions_of_account(account.id, actor=actor)
            transaction.on_commit(forget)
    account.refresh_from_db()
    return bool(moved)
