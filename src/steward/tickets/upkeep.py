"""What happens to tickets by the clock."""

from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.actions.closing import MOST, close_resolved_tickets


def close_old_tickets() -> None:
    """Close what was resolved long enough ago, in every account that is served; a transaction for each batch."""
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        while True:
            with account_scope(account_id):
                if close_resolved_tickets() < MOST:
                    break
