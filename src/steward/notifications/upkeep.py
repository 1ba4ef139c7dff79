"""What happens to notices by the clock."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from steward.lib.clock import now
from steward.notifications.models import AccountNotice, Notice
from steward.outbox.models import OutgoingMail
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

KEPT = timedelta(days=90)
_BATCH = 5_000  # rows in one transaction


def forget_old_notices() -> int:
    """Delete notices that are three months old, in every account, and the mails that told of them; returns how many.

    A mail that no notice leads to any more could not be erased with the ticket it quotes.
    """
    count = 0
    for account_id in Account.objects.values_list("id", flat=True):
        while True:
            with upkeep_scope(account_id):
                old = Notice.objects.filter(at__lt=now() - KEPT).order_by("at").values_list("pk", "mailed_in")[:_BATCH]
                found = list(old)
                gone = Notice.objects.filter(pk__in=[notice for notice, _mail in found]).delete()[0]
                _forget_mails({mail for _notice, mail in found if mail})
                if gone < _BATCH:
                    AccountNotice.objects.filter(at__lt=now() - KEPT).delete()
            count += gone
            if gone < _BATCH:
                break
    return count


def _forget_mails(mails: Collection[UUID]) -> None:
    """Those that tell of newer notices too stay until these go."""
    told = Notice.objects.filter(mailed_in__in=mails).values_list("mailed_in", flat=True)
    OutgoingMail.objects.filter(pk__in=set(mails).difference(told)).delete()
