"""Rules are carried out by jobs, one for each account."""

from datetime import datetime
from uuid import UUID

from steward.jobs import enqueue, task
from steward.privacy.retention.actions import apply_rules
from steward.privacy.retention.actions.emptying import order_all
from steward.privacy.retention.bin import Choice
from steward.privacy.retention.models import RetentionRule
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.statuses import Status


@task("retention.apply", in_scope=False)
def apply(account_id: UUID) -> None:
    """Let go of what is due in one account."""
    apply_rules(account_id)


@task("retention.purge", in_scope=False)
def purge(account_id: UUID, *, run: str, status: str, until: str) -> None:
    """Order all of the bin, or of spam, that lay there when it was counted."""
    order_all(account_id, UUID(run), Choice(Status(status), datetime.fromisoformat(until)))


def apply_everywhere() -> None:
    """Queue that for each account that is served and has a rule that is on."""
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        with account_scope(account_id):
            if RetentionRule.objects.filter(is_on=True, days__isnull=False).exists():
                enqueue(apply)
