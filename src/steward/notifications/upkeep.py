"""What happens to notices by the clock."""

from datetime import timedelta

from steward.lib.clock import now
from steward.notifications.models import AccountNotice, Notice
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

KEPT = timedelta(days=90)
_BATCH = 5_000  # rows in one transaction


def forget_old_notices() -> int:
    """Delete notices that are three months old, in every account; returns how many."""
    count = 0
    for account_id in Account.objects.values_list("id", flat=True):
        while True:
            with account_scope(account_id):
                old = Notice.objects.filter(at__lt=now() - KEPT).order_by("at").values_list("pk", flat=True)[:_BATCH]
                gone = Notice.objects.filter(pk__in=list(old)).delete()[0]
                if gone < _BATCH:
                    AccountNotice.objects.filter(at__lt=now() - KEPT).delete()
            count += gone
            if gone < _BATCH:
                break
    return count
