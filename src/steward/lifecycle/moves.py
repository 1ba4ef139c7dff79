"""Going from one part of an account's life to the next, in the directory."""

from datetime import datetime

from django.db import transaction

from steward.lib.clock import now
from steward.lifecycle.models import Standing
from steward.lifecycle.standings import locked_standing
from steward.tenancy.directory import forget
from steward.tenancy.models import Account


def move(account: Account, before: str, after: str, due_at: datetime | None) -> bool:
    """Go there; what follows is counted from when it was due. False when it was not in the state `before`,
    or when it is to be opened again and its data are being deleted.
    """
    locked_standing()  # first, as whoever takes a step by the clock does: two of them never wait for each other
    at = now()
    rows = Account.objects.filter(pk=account.pk, state=before)
    if after == Account.State.ACTIVE:  # asked in this statement: its deletion may begin in this very moment
        rows = rows.filter(departing_since=None)
    moved = rows.update(state=after, state_since=at)
    if moved:
        Standing.objects.filter(account=account).update(stage_due_at=due_at or at)
        transaction.on_commit(forget)
    account.refresh_from_db()
    return bool(moved)
