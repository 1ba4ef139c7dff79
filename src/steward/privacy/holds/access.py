"""Which holds there are. Who may place and lift them is said by `hold:place`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.lib.clock import now
from steward.privacy.holds.models import LegalHold
from steward.tenancy.reading import Reading
from steward.tenancy.scope import current_account_id


def get_hold(hold_id: UUID) -> LegalHold:
    """A hold, also one that is over; raises `LegalHold.DoesNotExist`."""
    return LegalHold.objects.get(pk=hold_id)


def holds_in_force() -> list[LegalHold]:
    """Those that keep something now, the newest first."""
    return list(LegalHold.objects.in_force().order_by("-placed_at", "-id"))


def holds_past(*, most: int) -> list[LegalHold]:
    """Those that were lifted or have run out, the newest first."""
    past = LegalHold.objects.exclude(pk__in=LegalHold.objects.in_force().values("pk"))
    return list(past.order_by("-placed_at", "-id")[:most])


def _on(*, objects: Iterable[UUID], begun: datetime, ended: datetime) -> "QuerySet[LegalHold]":
    begins = Q(begins_at=None) | Q(begins_at__lte=ended)
    lived = Q(begins, Q(ends_at=None) | Q(ends_at__gt=begun), on=LegalHold.On.PERIOD)
    # Which are over by now is asked of the rows: a reading is written once, and with it the moment it was written in.
    holds = LegalHold.objects.filter(Q(object_id__in=list(objects)) | lived, lifted_at=None)
    return holds.order_by("placed_at", "id")


HOLDS_ON = Reading(_on)


def holds_told_of(*objects: UUID, begun: datetime, ended: datetime) -> list[LegalHold]:
    """The holds in force on these objects, on the account, and on periods: as the page of a ticket tells them.

    `begun` and `ended` say from when to when it lived: a period reaches it that touches this.
    """
    at, holds = now(), HOLDS_ON(objects=[current_account_id(), *objects], begun=begun, ended=ended)
    return [hold for hold in holds if hold.until is None or hold.until > at]
