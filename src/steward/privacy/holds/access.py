"""Which holds there are. Who may place and lift them is said by `hold:place`."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

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


def _on(*, objects: Iterable[UUID]) -> "QuerySet[LegalHold]":
    return LegalHold.objects.in_force().filter(object_id__in=list(objects)).order_by("placed_at", "id")


HOLDS_ON = Reading(_on)


def holds_told_of(*objects: UUID) -> list[LegalHold]:
    """The holds in force on these objects or on the account, as the page of a ticket or of a contact tells them."""
    return list(HOLDS_ON(objects=[current_account_id(), *objects]))
