"""The shield in the bar: whether anything has left the account today, and how often.

The number is kept for a minute, for each account in each process: no page counts for it.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from steward.console.entrance import ConsoleRequest
from steward.console.settings.privacy.left import today_of
from steward.people.access import can_administer
from steward.privacy.egress.reading import count_left

_KEEP = 60.0  # seconds
_MOST = 1000  # counted at most
_MANY = 10_000  # accounts kept

_kept: dict[UUID, tuple[float, datetime, int]] = {}


@dataclass(frozen=True, slots=True)
class Shield:
    """What the bar shows. `url` is empty for those who may not read more; `label` says it all in words."""

    state: str
    count: str
    label: str
    url: str


def shield(request: ConsoleRequest) -> Shield:
    """The shield of the account in scope."""
    left = _left_today(request.account.id, today_of(request.account))
    count = f"{_MOST - 1}+" if left >= _MOST else str(left or "")
    label = ngettext("%(count)s connection left today", "%(count)s connections left today", left)
    return Shield(
        state="out" if left else "quiet",
        count=count,
        label=label % {"count": count} if left else gettext("Nothing has left today"),
        url=reverse("console:settings-privacy") if can_administer(request.me) else "",
    )


def forget() -> None:
    """Count anew."""
    _kept.clear()


def _left_today(account_id: UUID, today: datetime) -> int:
    kept = _kept.get(account_id)
    if kept is not None and kept[0] > time.monotonic() and kept[1] == today:
        return kept[2]
    if len(_kept) >= _MANY:
        _kept.clear()
    left = count_left(today, most=_MOST)
    _kept[account_id] = (time.monotonic() + _KEEP, today, left)
    return left
