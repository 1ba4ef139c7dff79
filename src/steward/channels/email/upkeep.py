"""What the e-mail channel need not remember."""

from datetime import timedelta

from steward.channels.email.models import AutomaticAnswer
from steward.lib.clock import now
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def forget_old_automatic_answers() -> None:
    """Who was answered automatically counts for one day; yesterday is kept because days differ by time zone."""
    for account_id in Account.objects.values_list("id", flat=True):
        with account_scope(account_id):
            AutomaticAnswer.objects.filter(on__lt=(now() - timedelta(days=1)).date()).delete()
