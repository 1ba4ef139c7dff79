"""What happens to copies by the clock, and what of them should be gone and is not."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from steward.lib.clock import now
from steward.privacy.takeout.actions import delete_copy, fail_copy
from steward.privacy.takeout.models import AccountCopy
from steward.tenancy.scope import upkeep_scope

State = AccountCopy.State
GIVEN_UP = timedelta(days=2)  # as long as a job is tried again, and more
_LATE = timedelta(hours=2)


def expire_copies() -> int:
    """Delete the archives whose time is over, and give up those that are not getting made; returns how many."""
    number = 0
    for account_id in accounts_with_copies():
        with upkeep_scope(account_id):
            past = list(AccountCopy.objects.filter(state=State.READY, expires_at__lte=now()))
            stuck = list(_stuck().values_list("pk", flat=True))
            for copy_id in stuck:
                fail_copy(copy_id)
            for copy in past:
                delete_copy(copy)
        number += len(past) + len(stuck)
    return number


def overdue_copies() -> int:
    """How many archives should have been deleted hours ago."""
    number = 0
    for account_id in accounts_with_copies():
        with upkeep_scope(account_id):
            number += AccountCopy.objects.filter(state=State.READY, expires_at__lte=now() - _LATE).count()
    return number


def accounts_with_copies() -> list[UUID]:
    """Accounts that have a copy, or have one made: few of many. Needs no scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_with_copies()")
        return [account_id for (account_id,) in cursor.fetchall()]


def _stuck() -> "QuerySet[AccountCopy]":
    return AccountCopy.objects.filter(state__in=AccountCopy.OPEN, asked_at__lt=now() - GIVEN_UP)
