"""What of the life of accounts does not go on by itself any more: whoever runs the installation is told."""

from datetime import timedelta

from django.db.models import Q

from steward.lib.clock import now
from steward.lifecycle.departed_models import Departure
from steward.lifecycle.models import Standing

LATE = timedelta(hours=2)  # a job that never came back is asked for again after one
LONG = timedelta(hours=24)  # to delete what an account holds takes minutes


def late_accounts() -> int:
    """How many accounts have had a step or a warning due for longer than two hours."""
    return Standing.objects.filter(look_at__lte=now() - LATE).count()


def stuck_departures() -> dict[str, str]:
    """Accounts whose data should be deleted since a day, or cannot be: slug -> why, where that is known.

    Whose clock a legal hold stops is not late.
    """
    held = Q(account__standing__next_at=None, account__standing__clock_left__isnull=False)
    late = Q(begun_at__lte=now() - LONG) & ~held
    stuck = Departure.objects.filter(late | ~Q(fault=""), deleted_at=None)
    return dict(stuck.order_by("account__slug").values_list("account__slug", "fault"))
