"""Reading notices, and what people wish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.live.presence import looking_at
from steward.notifications.models import Notice, NoticeDefaults, NoticeQuerySet, Recipient
from steward.notifications.wishes import DEFAULTS, Wish, Wishes, read_wishes
from steward.people.access import departments_seen_by
from steward.people.models import Availability, Membership
from steward.tenancy.models import Account
from steward.tenancy.reading import Question, Reading
from steward.tenancy.scope import current_account_id
from steward.tickets.access import visible_in
from steward.tickets.statuses import HIDDEN

PAGE = 50
MOST_COUNTED = 100  # more are shown as "99+"
_FRESH = timedelta(minutes=2)  # what is older is no news for a desktop


@dataclass(frozen=True, slots=True)
class AccountWishes:
    """What the account says for those who chose nothing."""

    wishes: Wishes
    shows_text: bool
    time_zone: str

    def of(self, recipient: Recipient | None) -> dict[str, Wish]:
        """What one person wishes."""
        return read_wishes(recipient.wishes if recipient else {}, self.wishes)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices, newest first; `next` is the one after which there are more."""

    notices: list[Notice]
    next: UUID | None


def account_wishes() -> AccountWishes:
    """Two queries."""
    row = NoticeDefaults.objects.first()
    zone = Account.objects.values_list("time_zone", flat=True).get(pk=current_account_id())
    return AccountWishes(
        read_wishes(row.wishes if row else {}, DEFAULTS), shows_text=bool(row and row.shows_text), time_zone=zone
    )


def visible_notices(me: Membership, actor: Actor) -> NoticeQuerySet:
    """What somebody was told of tickets that they still see and that are neither spam nor deleted."""
    notices: NoticeQuerySet = Notice.objects.filter(membership=me)  # type: ignore[assignment]
    notices = notices.exclude(ticket__status__in=HIDDEN)
    return notices if actor.sees_all else notices.filter(ticket__department__in=list(actor.departments))


def count_unread(me: Membership, actor: Actor) -> int:
    """How many of the list are unread; `MOST_COUNTED` stands for that many and more."""
    return len(_UNREAD(member=me.pk, **departments_seen_by(actor)))


def unread_question(me: Membership, actor: Actor) -> Question[UUID]:
    """What `count_unread` asks, to be read ahead."""
    return _UNREAD.asking(member=me.pk, **departments_seen_by(actor))


def _unread(*, member: UUID, departments: Sequence[UUID] | None = None) -> QuerySet[Notice, UUID]:
    """The bell is on every page.

    Asked with a join, the database begins with the tickets of the account when it believes that most notices are
    unread, and goes through all of them for somebody who has read everything. This begins with what is unread,
    whatever it believes.
    """
    seen = visible_in(departments).filter(pk=OuterRef("ticket_id")).exclude(status__in=HIDDEN).values("pk")
    unread = Notice.objects.filter(membership=member, is_listed=True, read_at__isnull=True)
    found = unread.annotate(seen=Subquery(seen[:1])).filter(seen__isnull=False)
    return found.order_by().values_list("pk", flat=True)[:MOST_COUNTED]


_UNREAD = Reading(_unread)


def list_notices(me: Membership, actor: Actor, *, after: UUID | None = None) -> NoticePage:
    """One page of the list."""
    notices = visible_notices(me, actor).filter(is_listed=True)
    if after:
        notices = notices.filter(pk__lt=after)
    rows = list(notices.select_related("ticket__department", "by").order_by("-id")[: PAGE + 1])
    return NoticePage(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def desktop_notices(me: Membership, actor: Actor, *, most: int = 5) -> Sequence[Notice]:
    """What a desktop should show just now: new, unread, and not of a ticket that the person looks at.

    Nothing to somebody who is off. The list, the bell and mail go on: they wait until one looks.
    """
    if me.availability == Availability.OFF:
        return []
    fresh = visible_notices(me, actor).unread().filter(on_desktop=True, at__gt=now() - _FRESH)
    found = list(fresh.select_related("ticket__department", "by").order_by("-id")[:most])
    looking = looking_at({notice.ticket_id for notice in found}, members=[me.pk]) if found else set()
    return [notice for notice in found if (me.pk, notice.ticket_id) not in looking]


def recipient_of(me: Membership) -> Recipient | None:
    """What somebody chose, when they have chosen or were told anything."""
    return Recipient.objects.filter(membership=me).first()


__all__ = [
    "AccountWishes",
    "NoticePage",
    "account_wishes",
    "count_unread",
    "desktop_notices",
    "list_notices",
    "recipient_of",
    "visible_notices",
]
