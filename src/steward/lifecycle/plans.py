"""Which plan an account is on, and changing it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue_for_accounts, task
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lifecycle.models import SELF_HOSTED, STANDARD, TRIAL, Plan, Standing
from steward.lifecycle.standings import coming_step, locked_standing, plan_of, reckon
from steward.lifecycle.suspension import resume_account
from steward.lifecycle.timetable import is_due
from steward.privacy.egress.configuration import is_hosting
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

WARNINGS = [14, 7, 1]  # days, of a plan that says nothing else
_OF_ALL = frozenset({"mail_held_days", "cooling_days"})  # also of the plan without a clock


class NoSuchPlan(ValueError):
    """A plan that there is not."""


class PlanRefused(ValueError):
    """Periods that are none, or that the plan without a clock has not got."""


def plans() -> list[Plan]:
    """All plans, by code."""
    return list(Plan.objects.order_by("code"))


def set_plan(code: str, **columns: Any) -> Plan:
    """Add a plan or change one; what comes next for the accounts on it is reckoned anew by jobs. Raises `PlanRefused`.

    Periods are whole days. The plan without a clock has but those of held mail and of a deletion that waits.
    """
    days = [
        *columns.get("warning_days", []),
        *(v for k, v in columns.items() if k not in {"warning_days", "grace_days"}),
    ]
    is_too_much = code == SELF_HOSTED and not columns.keys() <= _OF_ALL
    if is_too_much or any(day < 1 for day in days) or columns.get("grace_days", 0) < 0:
        raise PlanRefused(code)
    with transaction.atomic():
        new = {"warning_days": WARNINGS} | columns
        plan, _is_new = Plan.objects.update_or_create(code=code, defaults=columns, create_defaults=new)
        on_it = Standing.objects.filter(plan=plan).values_list("account_id", flat=True)
        enqueue_for_accounts(reckon_anew, list(on_it))
    return plan


@task("lifecycle.reckon", in_scope=False)
def reckon_anew(account_id: UUID) -> None:
    """The plan of the account was changed. That of a terminated one is reckoned, too."""
    with upkeep_scope(account_id):
        reckon()


def backups_after(plan: Plan) -> timedelta:
    """How long backups from before are there when an account's data were deleted: never less than they are kept."""
    return plan.periods.deleted


def trial_days() -> int | None:
    """How long the trial is with which an account begins that somebody signs up for; None where there is none."""
    return _plan(TRIAL).trial_days if is_hosting() else None


def begin_life(account: Account, *, plan: str = "") -> None:
    """Put a new account on its plan: a trial where accounts of others are served, otherwise the one without a clock."""
    chosen = _plan(plan or (TRIAL if is_hosting() else SELF_HOSTED))
    at = now()
    Standing.objects.create(account=account, plan=chosen, stage_due_at=at, trial_ends_at=_trial_end(chosen, at))
    reckon()


def put_on_plan(account: Account, code: str, *, actor: Actor) -> bool:
    """Put an account on another plan. False when it is on that already. Raises `NoSuchPlan`.

    One that was suspended because its trial ended goes on. A trial that is chosen begins now.
    """
    chosen, at = _plan(code), now()
    with upkeep_scope(account.id), transaction.atomic():
        before = plan_of(account).code
        if before == code:
            return False
        columns = {"plan": chosen, "trial_ends_at": _trial_end(chosen, at), "respite_until": None}
        if not Standing.objects.filter(account=account).update(**columns):
            Standing.objects.create(account=account, stage_due_at=at, **columns)
        record("account.plan_changed", account, actor=actor, changes={"from": before, "to": code})
        reckon()
        go_on_if_nothing_is_owed(account, actor=actor)
    return True


def go_on_if_nothing_is_owed(account: Account, *, actor: Actor) -> None:
    """Open an account again that was suspended for what is settled now. In its scope."""
    standing = locked_standing()
    if standing is None or standing.account.state != Account.State.SUSPENDED or standing.leaves_at is not None:
        return
    if standing.suspended_because in {Standing.Reason.TRIAL, Standing.Reason.UNPAID} and not _owes(standing):
        resume_account(account, actor=actor)


def _owes(standing: Standing) -> bool:
    """Whether it would be suspended if it were open now."""
    as_open = standing.account
    before = as_open.state
    as_open.state = Account.State.ACTIVE
    try:
        return is_due(coming_step(standing, as_open), now())
    finally:
        as_open.state = before


def _plan(code: str) -> Plan:
    found = Plan.objects.filter(code=code).first()
    if found is None:
        raise NoSuchPlan(code)
    return found


def _trial_end(plan: Plan, at: datetime) -> datetime | None:
    return None if plan.trial_days is None else at + timedelta(days=plan.trial_days)


__all__ = [
    "SELF_HOSTED", "STANDARD", "TRIAL", "NoSuchPlan", "PlanRefused", "backups_after", "begin_life",
    "go_on_if_nothing_is_owed", "plan_of", "plans", "put_on_plan", "set_plan", "trial_days",
]  # fmt: skip
