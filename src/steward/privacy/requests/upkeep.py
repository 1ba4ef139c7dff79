"""What happens to requests by the clock."""

from steward.privacy.requests.actions.warning import warn_of_ends
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def warn_accounts() -> None:
    """Warn every account of requests whose time runs out; suspended ones too, the law does not wait for them."""
    for account_id in Account.objects.exclude(state=Account.State.TERMINATED).values_list("id", flat=True):
        with account_scope(account_id):
            warn_of_ends()
