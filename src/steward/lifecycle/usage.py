"""How much there is in each account: counted now and then, so that no list of accounts has to count."""

from django.db.models import Sum

from steward.files.models import File
from steward.lib.clock import now
from steward.people.models import Membership
from steward.tenancy.models import SHUT_FOR_GOOD, Account, Usage
from steward.tenancy.scope import upkeep_scope
from steward.tickets.models import Ticket


def count_usage(account: Account) -> Usage:
    """Count one account's agents, tickets and bytes of files, and keep the numbers."""
    with upkeep_scope(account.id):
        counted = {
            "agents": Membership.objects.count(),
            "tickets": Ticket.objects.count(),
            "stored": File.objects.aggregate(sum=Sum("size"))["sum"] or 0,
            "counted_at": now(),
        }
        return Usage.objects.update_or_create(account=account, defaults=counted)[0]


def count_all_usage() -> int:
    """Count every account that is not terminated, each in a transaction of its own; returns how many."""
    accounts = Account.objects.exclude(state__in=SHUT_FOR_GOOD).order_by("pk")
    return len([count_usage(account) for account in list(accounts)])
