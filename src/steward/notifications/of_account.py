"""Telling owners and admins what concerns their account itself, and reading it.

It follows the event in the same transaction: such events are rare, and what has to be told must not be lost with a job.
Every page asks whether there is something unread; that there is nothing is kept by the process for a minute.
"""

import time
from collections.abc import Sequence
from uuid import UUID

from steward.events.actions import Happening, record_many
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.notifications.account_models import AccountNotice, Matter, page_of
from steward.notifications.places import ADDED
from steward.people.models import Membership, Role

MOST = 20  # that are listed
_KEPT = 60.0  # seconds
_nothing_until: dict[UUID, float] = {}  # by member


@subscribe(*Matter.values)
def tell_admins(events: Sequence[Event]) -> None:
    """Whom it is about is told by the rest: a mail that did not reach somebody is no news to them. Nobody is told of
    what they did themselves.
    """
    members = list(Membership.objects.filter(role__in=[Role.OWNER, Role.ADMIN]).values_list("pk", flat=True))
    told = [
        AccountNotice(membership_id=member, event_id=event.id, kind=event.kind, at=event.at)
        for event in events
        for member in members
        if str(member) != (event.changes or {}).get("membership") and member != event.actor_id
    ]
    AccountNotice.objects.bulk_create(told, ignore_conflicts=True)
    _nothing_until.clear()
    seen = sorted({notice.membership_id for notice in told})
    record_many([Happening(ADDED, Membership(pk=each)) for each in seen], actor=SYSTEM)


@subscribe("support.granted", "support.refused", "support.withdrawn")
def forget_answered_requests(events: Sequence[Event]) -> None:
    """Whoever was told that support asks need not be told any more once that is answered, or taken back."""
    answered = [event.object_id for event in events]
    asked = Event.objects.filter(kind=Matter.SUPPORT_ASKS, object_id__in=answered).values_list("id", flat=True)
    AccountNotice.objects.filter(event_id__in=list(asked), read_at=None).update(read_at=now())


def unread_of_account(me: Membership, *, is_exact: bool = False) -> list[AccountNotice]:
    """What an owner or admin has not read, the newest first; `is_exact` asks the database in any case."""
    if not me.sees_all or (not is_exact and _nothing_until.get(me.pk, 0.0) > time.monotonic()):
        return []
    found = list(AccountNotice.objects.filter(membership=me, read_at=None).order_by("-at", "-id")[:MOST])
    if not found:
        _nothing_until[me.pk] = time.monotonic() + _KEPT
    return found


def unread_on(me: Membership, page: str) -> list[str]:
    """What of it is read on one page, in words, each once."""
    return list(dict.fromkeys(str(one.get_kind_display()) for one in unread_of_account(me) if one.page == page))


def notices_of_account(me: Membership) -> list[AccountNotice]:
    """What an owner or admin was told, read or not, the newest first."""
    told = AccountNotice.objects.filter(membership=me) if me.sees_all else AccountNotice.objects.none()
    return list(told.order_by("-at", "-id")[:MOST])


def read_of_account(me: Membership, *, page: str = "") -> int:
    """Mark all of it as read, or what is read on one page; returns how many were not."""
    unread = AccountNotice.objects.filter(membership=me, read_at=None)
    if page:
        unread = unread.filter(kind__in=[kind for kind in Matter.values if page_of(kind) == page])
    return unread.update(read_at=now())


def read_by_all(kind: str) -> int:
    """Mark one kind as read for everybody of the account in scope: somebody has done what it asks for."""
    return AccountNotice.objects.filter(kind=kind, read_at=None).update(read_at=now())
