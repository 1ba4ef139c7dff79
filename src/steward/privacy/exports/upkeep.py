"""What happens to exports by the clock, and what of them should be gone and is not."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from steward.lib.clock import now
from steward.privacy.exports.actions import delete_export, fail_export
from steward.privacy.exports.models import Export
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

State = Export.State
GIVEN_UP = timedelta(days=2)  # as long as a job is tried again, and more
_LATE = timedelta(hours=2)  # the clock looks every hour


def expire_exports() -> int:
    """Delete the archives whose time is over, and give up those that are not getting made; returns how many."""
    number = 0
    for account_id in _accounts():
        with upkeep_scope(account_id):
            past = list(Export.objects.filter(state=State.READY, expires_at__lte=now()))
            stuck = list(_stuck().values_list("pk", flat=True))
            for export_id in stuck:
                fail_export(export_id)
        for export in past:
            with upkeep_scope(account_id):
                delete_export(export)
        number += len(past) + len(stuck)
    return number


def overdue_exports() -> int:
    """How many archives should have been deleted hours ago."""
    number = 0
    for account_id in _accounts():
        with upkeep_scope(account_id):
            number += Export.objects.filter(state=State.READY, expires_at__lte=now() - _LATE).count()
    return number


def _stuck() -> "QuerySet[Export]":
    return Export.objects.filter(state__in=[State.WAITING, State.RUNNING], asked_at__lt=now() - GIVEN_UP)


def _accounts() -> list[UUID]:
    return list(Account.objects.values_list("id", flat=True))
