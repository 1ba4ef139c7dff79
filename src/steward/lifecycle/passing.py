"""Every minute: which accounts have something due. Whatever is due is done by a job for each, in its own transaction.

The pass itself is one statement over an index and one that queues the jobs, however many accounts there are. A job
reads everything anew: asked twice, or late, it does what is due then, one step and no more.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from steward.events.actions import record
from steward.jobs import enqueue, enqueue_for_accounts, task
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.departing.end_of_backups import end_with_backups
from steward.lifecycle.departing.running import begin_departure
from steward.lifecycle.letters import Occasion, tell_owners
from steward.lifecycle.models import Standing
from steward.lifecycle.standings import coming_step, locked_standing, reckon, warning_to_give
from steward.lifecycle.suspension import suspend_account, terminate_account
from steward.lifecycle.timetable import Stage, Step, is_due
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

ASK_AGAIN = timedelta(hours=1)  # after a job that never came back
_NEAR = {
    Stage.SUSPENDED: ("account.suspension_near", Occasion.SUSPENSION_NEAR),
    Stage.TERMINATED: ("account.termination_near", Occasion.TERMINATION_NEAR),
    Stage.DELETED: ("account.deletion_near", Occasion.DELETION_NEAR),
}


def pass_over_accounts() -> int:
    """Ask a job to look after each account that has something due; returns how many."""
    at = now()
    unasked = Q(asked_at=None) | Q(asked_at__lte=at - ASK_AGAIN) | Q(asked_at__gt=at)
    with transaction.atomic():
        rows = Standing.objects.select_for_update(no_key=True, skip_locked=True)
        due = list(rows.filter(unasked, look_at__lte=at).values_list("account_id", flat=True))
        Standing.objects.filter(pk__in=due).update(asked_at=at)
        enqueue_for_accounts(go_on, due)
    return len(due)


@task("lifecycle.go_on", in_scope=False)
def go_on(account_id: UUID) -> None:
    """Take the step that is due, or give the warning whose time has come. Who leaves waits for no other pass."""
    with upkeep_scope(account_id):
        before = Account.objects.get(pk=account_id).state
        do_what_is_due()
        moved = Standing.objects.filter(pk=account_id, leaves_at__lte=now()).exclude(account__state=before)
        if moved.filter(look_at__lte=now()).exists():
            enqueue(go_on)


def do_what_is_due() -> None:
    """The same, in the scope of the account."""
    standing = locked_standing()
    if standing is None:
        return
    step = coming_step(standing, standing.account)
    if step is None:
        reckon()
    elif is_due(step, now()):
        _take(step, standing)
    else:
        _warn(step, standing)


def _take(step: Step, standing: Standing) -> None:
    account: Account = standing.account
    match step.to:
        case Stage.SUSPENDED:
            suspend_account(account, actor=SYSTEM, because=reason_of(standing), due_at=step.at)
        case Stage.TERMINATED:
            terminate_account(account, actor=SYSTEM, due_at=step.at)
        case Stage.DELETED:
            begin_departure(account)
        case Stage.GONE:
            enqueue(end_with_backups)  # it asks where the backups are, which no transaction waits for


def reason_of(standing: Standing) -> str:
    """What an active account is, or will be, suspended for: the earliest of its ends."""
    unpaid = standing.unpaid_since + standing.plan.periods.grace if standing.unpaid_since else None
    ends = [
        (standing.leaves_at, Standing.Reason.OWNER),
        (standing.trial_ends_at if standing.plan.has_clock else None, Standing.Reason.TRIAL),
        (unpaid if standing.plan.has_clock else None, Standing.Reason.UNPAID),
    ]
    known = [(end, reason) for end, reason in ends if end is not None]
    return str(min(known, key=lambda one: one[0])[1]) if known else str(Standing.Reason.UNPAID)


def _warn(step: Step, standing: Standing) -> None:
    lead = warning_to_give(standing, step, now())
    if lead is not None and step.at is not None:
        account: Account = standing.account
        Standing.objects.filter(pk=standing.pk).update(warned_days=lead.days)
        told = {"until": step.at.isoformat(), "days": lead.days}
        kind, occasion = _NEAR[step.to]
        record(kind, account, actor=SYSTEM, changes=told)
        tell_owners(account, occasion, because=reason_of(standing), until=step.at)
    reckon()
