"""Where an account stands: what its plan, its invoices and its holds come to. In the scope of the account."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Min

from steward.lib.clock import now
from steward.lifecycle.models import SELF_HOSTED, Invoice, Plan, Standing
from steward.lifecycle.timetable import Course, Hold, Stage, Step, is_due, look_again_at, next_step, warning_due
from steward.privacy.holds.models import LegalHold
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

# Steps that are taken by the clock: all of them.
TAKEN = frozenset({Stage.SUSPENDED, Stage.TERMINATED, Stage.DELETED, Stage.GONE})
# Steps before which owners and admins are warned; after deletion there is nobody to warn.
WARNED = frozenset({Stage.SUSPENDED, Stage.TERMINATED, Stage.DELETED})


def standing_of(account: Account) -> Standing | None:
    """Where it stands, with its plan; None for an account without a clock."""
    return Standing.objects.select_related("plan").filter(account=account, plan__has_clock=True).first()


def plan_of(account: Account) -> Plan:
    """The plan the account is on."""
    standing = Standing.objects.select_related("plan").filter(account=account).first()
    return standing.plan if standing else Plan.objects.get(pk=SELF_HOSTED)


def locked_standing() -> Standing | None:
    """That of the account in scope, kept from others until the end of the transaction."""
    found = Standing.objects.select_for_update(no_key=True, of=("self",)).select_related("plan", "account")
    return found.filter(account=current_account_id()).first()


def course_of(standing: Standing, account: Account) -> Course:
    """What the timetable needs to know."""
    return Course(
        stage=Stage(account.state),
        since=standing.stage_due_at,
        entered_at=max(account.state_since, standing.stage_due_at),
        trial_ends_at=standing.trial_ends_at,
        unpaid_since=_unpaid_since(),
        respite_until=standing.respite_until,
        leaves_at=standing.leaves_at,
        holds=_holds(),
    )


def coming_step(standing: Standing, account: Account) -> Step | None:
    """The next step, as everything is now; None when nothing ends the account by itself.

    Without a clock, too, an account goes whose owner has ordered it, and backups of a deleted one end.
    """
    has_clock = standing.plan.has_clock or standing.leaves_at is not None or account.state == Stage.DELETED
    course, at = course_of(standing, account), now()
    step = next_step(course, standing.plan.periods, at) if has_clock else None
    if step is None or step.to == Stage.GONE or not is_due(step, at) or _is_owed(standing, course, at):
        return step
    return _stopped(step)


def _is_owed(standing: Standing, course: Course, at: datetime) -> bool:
    """Whether what comes is a suspension that no hold puts off: for a trial or an invoice, not by an owner's order."""
    if course.stage != Stage.ACTIVE or not standing.plan.has_clock:
        return False
    return is_due(next_step(replace(course, leaves_at=None), standing.plan.periods, at), at)


def _stopped(step: Step) -> Step:
    """Whoever is late with it, or in the middle of deleting, stops for a hold that came after its moment, too."""
    ends: list[datetime | None] = list(LegalHold.objects.in_force().values_list("until", flat=True))
    if not ends:
        return step
    known = [end for end in ends if end is not None]
    return Step(step.to, max(known)) if len(known) == len(ends) else Step(step.to, None, timedelta())


def reckon() -> None:
    """Write down what the standing of the account in scope has come to. Who changed something of it calls this last."""
    standing = locked_standing()
    if standing is None:
        return
    account, at = Account.objects.get(pk=standing.account_id), now()
    step = coming_step(standing, account)
    if (standing.next_stage, standing.next_at) != (step.to if step else "", step.at if step else None):
        standing.warned_days = None  # of another date one is warned anew
    standing.unpaid_since = _unpaid_since()
    standing.next_stage = step.to if step else ""
    standing.next_at, standing.clock_left = (step.at, step.left) if step else (None, None)
    standing.look_at = _look_at(standing, step, at)
    standing.asked_at = None
    standing.save()


def warning_to_give(standing: Standing, step: Step | None, at: datetime) -> timedelta | None:
    """The warning that holds and was not given yet: who missed the first gets the next alone."""
    lead = warning_due(step, standing.plan.periods, at) if step and step.to in WARNED else None
    if lead is None or (standing.warned_days is not None and standing.warned_days <= lead.days):
        return None
    return lead


def _look_at(standing: Standing, step: Step | None, at: datetime) -> datetime | None:
    if step is None or step.to not in WARNED:
        return step.at if step else None
    return at if warning_to_give(standing, step, at) else look_again_at(step, standing.plan.periods, at)


def _unpaid_since() -> datetime | None:
    unpaid = Invoice.objects.filter(state=Invoice.State.UNPAID)
    oldest: datetime | None = unpaid.aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


def _holds() -> list[Hold]:
    """From when until when something of the account was held, or is."""
    rows = LegalHold.objects.values_list("placed_at", "until", "lifted_at")
    return [(placed, min((end for end in ends if end), default=None)) for placed, *ends in rows]
