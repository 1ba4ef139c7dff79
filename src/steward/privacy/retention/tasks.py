"""Rules are carried out by jobs, one for each account."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from steward.jobs import enqueue, task
from steward.privacy.retention.actions import apply_rules
from steward.privacy.retention.actions.emptying import order_all
from steward.privacy.retention.alone import note_who_is_alone
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
def purge(account_id: UUID, *, run: str, status: str, until: str, tickets: Sequence[str] = ()) -> None:
    """Order what lay in the bin, or among the spam, when it was counted: all of it, or those of the tickets."""
    choice = Choice(Status(status), datetime.fromisoformat(until), tuple(map(UUID, tickets)))
    order_all(account_id, UUID(run), choice)


@task("retention.note")
def note(account_id: UUID) -> None:
    """Note in one account of which customers nothing else is here, whether or not a rule asks for it yet."""
    note_who_is_alone()


def apply_everywhere() -> None:
    """Queue both for each account that is served: the second where a rule is on."""
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        with account_scope(account_id):
            enqueue(note)
            if RetentionRule.objects.filter(is_on=True, days__isnull=False).exists():
                enqueue(apply)
