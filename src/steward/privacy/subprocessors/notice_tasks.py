"""Telling accounts, done later."""

from uuid import UUID

from steward.jobs import enqueue, installation_task, task
from steward.privacy.subprocessors.announcing import remind_account, tell_account
from steward.tenancy.models import SHUT_FOR_GOOD, Account
from steward.tenancy.scope import account_scope


@installation_task("subprocessors.announce")
def announce(*, version: int) -> None:
    """Queue a job for each account. Done again from the beginning after a fault: telling twice tells once."""
    for account_id in _served():
        with account_scope(account_id):
            enqueue(tell_of_version, version=version)


@task("subprocessors.tell_account", queue="mail")
def tell_of_version(account_id: UUID, *, version: int) -> None:
    """Tell one account what a version changes for it."""
    tell_account(version)


def remind_accounts() -> int:
    """Remind every account of what nobody there opened; returns of how many notices."""
    count = 0
    for account_id in _served():
        with account_scope(account_id):
            count += remind_account()
    return count


def _served() -> list[UUID]:
    """Suspended ones too: what was announced stands for them when they come back."""
    return list(Account.objects.exclude(state__in=SHUT_FOR_GOOD).order_by("id").values_list("id", flat=True))
