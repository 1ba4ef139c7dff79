"""The privacy centre at one size: what it reads of tickets, of a busy day's ledger and of rules, on one page."""

from datetime import timedelta

from steward.lib.clock import now
from steward.privacy.egress.models import EgressEvent
from steward.privacy.retention.models import Kind, RetentionRule, Since
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.statuses import Status

ADDRESS = "/console/settings/privacy"
REPORT = "/console/settings/privacy/report"
_DAY, _OLDER = 20_000, 100_000  # rows of the ledger: of this day, and of the days before
_MANY = 5_000
_RULES = (
    (Kind.TICKETS, Since.ACTIVITY, 30, Status.CLOSED),
    (Kind.TICKETS, Since.RESOLUTION, 365, ""),
    (Kind.FILES, Since.ARRIVAL, 180, ""),
)


def live_in(account: Account) -> None:
    """Give the account a busy day and rules that let go of a part of what is there, once."""
    with account_scope(account.id):
        if RetentionRule.objects.exists():
            return
        for kind, since, days, status in _RULES:
            RetentionRule.objects.create(kind=kind, since=since, days=days, status=status, is_on=True, changed_at=now())
        at = now()
        for number in range(0, _DAY + _OLDER, _MANY):
            EgressEvent.objects.bulk_create(
                EgressEvent(
                    traffic="T", purpose="mail.deliver", categories=["user.content"], host="relay.example", port=587,
                    from_region="", to_country="", bytes=1000, is_allowed=bool(each % 50), reason_code="allowed",
                    at=at - timedelta(seconds=each) if each < _DAY else at - timedelta(days=1, seconds=each * 20),
                )
                for each in range(number, number + _MANY)
            )  # fmt: skip
