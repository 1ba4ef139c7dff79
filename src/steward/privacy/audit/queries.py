"""Which chains do not hold."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from steward.events.models import EventClock
from steward.lib.clock import now
from steward.privacy.audit.anchors import newest_anchor
from steward.privacy.audit.carrying import carried_last
from steward.privacy.audit.models import Verification
from steward.tenancy.models import Account

NOT_LATER_THAN = timedelta(hours=26)  # each day's first pass anchors every account


def broken_audits() -> dict[UUID, int]:
    """The position of the first fault, by account, of all accounts of the installation; needs no scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, fault_at FROM broken_audits()")
        return dict(cursor.fetchall())


def last_check() -> Verification | None:
    """What the last check of the account in scope found; None before the first."""
    return Verification.objects.first()


def entries_gone() -> int:
    """The last of the entries of the account in scope that went by their age; 0 where none did."""
    return EventClock.objects.values_list("first", flat=True).first() or 0


def anchored_at() -> datetime | None:
    """When a chain was last anchored, of any account; None where nothing is. Needs no scope."""
    last = newest_anchor()
    return datetime.fromisoformat(last.at) if last else None


def is_anchoring_late() -> bool:
    """Whether no chain was anchored for more than a day, though there are accounts older than that."""
    limit = now() - NOT_LATER_THAN
    last = anchored_at() or _asked_for_since()
    is_late = last is None or last <= limit
    return is_late and Account.objects.filter(departing_since=None, created_at__lte=limit).exists()


def _asked_for_since() -> datetime | None:
    """When this database learned of anchors: an account may be older, and is not late for that."""
    first: datetime | None = (
        MigrationRecorder(connection).migration_qs.filter(app="audit").aggregate(first=Min("applied"))["first"]
    )
    return first


def why_not_carried() -> str:
    """Why anchors did not get into the bucket for more than a day; empty where they did, or there is no bucket."""
    last = carried_last()
    if last is None or (last.at and datetime.fromisoformat(last.at) > now() - NOT_LATER_THAN):
        return ""
    return last.fault
