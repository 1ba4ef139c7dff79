"""What the e-mail channel need not remember."""

from datetime import timedelta

from steward.channels.email.models import AutomaticAnswer
from steward.lib.clock import now
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

ANSWERED_REMEMBERED = timedelta(days=2)  # the day itself and the one before: days differ by time zone


def forget_old_automatic_answers() -> None:
    """Who was answered automatically counts for one day."""
    for account_id in Account.objects.values_list("id", flat=True):
        with upkeep_scope(account_id):
            first_kept = now() - ANSWERED_REMEMBERED + timedelta(days=1)
            AutomaticAnswer.objects.filter(on__lt=first_kept.date()).delete()
