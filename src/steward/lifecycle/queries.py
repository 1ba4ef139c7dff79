"""The life of an account as pages show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.lifecycle.invoices import invoices
from steward.lifecycle.models import Invoice, Standing
from steward.lifecycle.plans import plan_of
from steward.lifecycle.standings import TAKEN
from steward.privacy.holds.models import LegalHold
from steward.tenancy.models import Account

_ORDERS = ("lift_asked_at", "copy_ordered_at", "deletion_ordered_at", "leaves_at")


@dataclass(frozen=True, slots=True)
class Life:
    """Which plan, what comes next and when, and what was billed.

    `next_stage` is empty when nothing comes by itself. It is stopped while a legal hold stands; then `days_left` are
    those the clock goes on with.
    """

    plan: str
    plan_name: str
    trial_ends_at: datetime | None
    next_stage: str
    next_at: datetime | None
    days_left: int | None
    invoices: list[Invoice]
    because: str = ""  # `Standing.Reason` of a suspended account
    lift_asked_at: datetime | None = None
    copy_ordered_at: datetime | None = None
    deletion_ordered_at: datetime | None = None
    leaves_at: datetime | None = None  # then it begins

    @property
    def is_stopped(self) -> bool:
        return bool(self.next_stage) and self.next_at is None


def life_of(account: Account) -> Life:
    """In the scope of the account."""
    plan, standing = plan_of(account), Standing.objects.filter(account=account).first()
    comes = standing is not None and standing.next_stage in TAKEN
    return Life(
        plan=plan.code,
        plan_name=plan.name,
        trial_ends_at=standing.trial_ends_at if standing else None,
        next_stage=standing.next_stage if standing and comes else "",
        next_at=standing.next_at if standing and comes else None,
        days_left=_days(standing.clock_left) if standing and comes else None,
        invoices=invoices(),
        **({name: getattr(standing, name) for name in _ORDERS} if standing else {}),
        because=standing.suspended_because if standing else "",
    )


def is_held() -> bool:
    """Whether a legal hold of any kind stands in the account in scope: then nothing of it is deleted."""
    return LegalHold.objects.in_force().exists()


def _days(left: timedelta | None) -> int | None:
    return None if left is None else left.days
