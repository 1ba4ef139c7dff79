"""What the parameters of the addresses of retention and of holds hold: a rule, a hold, something that was purged."""

from datetime import date
from typing import Any

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.models import Membership
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.periods import period_of_days
from steward.privacy.retention.actions import make_rule
from steward.privacy.retention.models import Kind, RetentionRule, RetentionRun, Since
from steward.tenancy.scope import account_scope
from steward.tickets.statuses import Status


def samples_of_retention(by: Membership) -> dict[str, Any]:
    """By the name of the parameter, and of the account of the member, who purged."""
    with account_scope(by.account_id):
        rule = RetentionRule.objects.filter(kind=Kind.TICKETS, status=Status.SPAM).first() or make_rule(
            Kind.TICKETS, days=30, since=Since.ACTIVITY, status=Status.SPAM, actor=SYSTEM
        )
        at = now()
        run = RetentionRun.objects.create(
            kind=Kind.TICKETS, days=0, number=3, size=2_000, status=Status.SPAM, by_id=by.pk, at=at, ordered_at=at
        )
        # On nobody: what other samples stand for must not be kept by it.
        hold = place_hold(LegalHold.On.TICKET, run.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        long_ago = period_of_days(date(1990, 1, 1), date(1990, 12, 31), "UTC")
        place_hold(LegalHold.On.PERIOD, new_id(), basis=LegalHold.Basis.CLAIMS, period=long_ago, actor=SYSTEM)
    return {"rule_id": rule.pk, "run_id": run.pk, "hold_id": hold.pk}
