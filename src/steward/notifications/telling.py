"""Going through what happened, and writing down who is told of it.

The events are read in the order in which they were committed, from where the last job stopped. Its place is moved on in
the transaction that writes the notices: however a job dies, each event makes each notice once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from steward.events.actions import Happening, record_many
from steward.events.models import Event
from steward.events.queries import last_position
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.live.presence import looking_at
from steward.notifications.deciding import Told, decide
from steward.notifications.models import Notice, NoticeClock, Recipient
from steward.notifications.occasions import FAILURES, Facts
from steward.notifications.places import ADDED
from steward.notifications.queries import AccountWishes, account_wishes
from steward.notifications.wishes import Kind, Mail, next_summary
from steward.people.models import Membership

TICKETS = ("ticket.created", "ticket.transferred", "ticket.assigned", "message.received", "note.added")
KINDS = (*TICKETS, *FAILURES)
MOST = 500  # events in one go
PAUSE = timedelta(seconds=15)  # before a mail "at once": who looks at the screen needs none, and many become one
_STALE = timedelta(days=1)  # what is older (nobody told for so long) stands in the list and is no news for a mail
_LOST = timedelta(minutes=15)  # a mail that is so late is planned anew: its job has failed for good

Plan = Callable[[UUID, datetime], None]


def tell_of_new_events(*, plan: Plan) -> bool:
    """Write the notices of the next batch of events; True when there are more. `plan(recipient, at)` queues a mail."""
    clock = _locked_clock()
    reached = last_position()
    new = Event.objects.filter(position__gt=clock.position, position__lte=reached, kind__in=KINDS)
    events = list(new.order_by("position")[:MOST])
    has_more = len(events) == MOST
    NoticeClock.objects.filter(pk=clock.pk).update(position=events[-1].position if has_more else reached)
    if events:
        _write(events, plan)
    return has_more


def _locked_clock() -> NoticeClock:
    clocks = NoticeClock.objects.select_for_update(no_key=True)
    clock = clocks.first()
    if clock is None:
        NoticeClock.objects.bulk_create([NoticeClock()], ignore_conflicts=True)
        clock = clocks.get()
    return clock


def _write(events: Sequence[Event], plan: Plan) -> None:
    facts = Facts.behind(events)
    told = decide(facts.occasions(events), facts.people)
    if not told:
        return
    recipients = locked_recipients({each.who for each in told})
    notices = _notices(told, facts, recipients)
    _take_over(notices)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    _plan_mails(notices, recipients, plan)
    seen = {notice.membership_id for notice in notices if notice.is_listed or notice.on_desktop}
    record_many([Happening(ADDED, Membership(pk=each)) for each in sorted(seen)], actor=SYSTEM)


def locked_recipients(members: Iterable[UUID]) -> dict[UUID, Recipient]:
    """The rows of these members, made where there are none and locked, in one order everywhere."""
    wanted = set(members)
    missing = wanted - set(Recipient.objects.filter(membership__in=wanted).values_list("membership", flat=True))
    Recipient.objects.bulk_create([Recipient(membership_id=each) for each in missing], ignore_conflicts=True)
    rows = Recipient.objects.select_for_update(no_key=True).filter(membership__in=wanted).order_by("pk")
    return {row.membership_id: row for row in rows}


def _notices(told: Sequence[Told], facts: Facts, recipients: dict[UUID, Recipient]) -> list[Notice]:
    looking = looking_at({each.occasion.ticket for each in told}, members=list(recipients))
    wishes = account_wishes()
    made = (_notice(each, facts, recipients[each.who], looking, wishes) for each in told)
    return [notice for notice in made if notice]


def _notice(
    told: Told, facts: Facts, recipient: Recipient, looking: set[tuple[UUID, UUID]], account: AccountWishes
) -> Notice | None:
    wish, at, occasion = account.of(recipient)[told.kind], now(), told.occasion
    if wish.is_nothing:
        return None
    # Whoever has the ticket open sees it happen.
    is_seen = (told.who, occasion.ticket) in looking
    is_old = facts.at[occasion.event] < at - _STALE
    mail = Mail.NEVER if is_seen or is_old or not told.may_be_mailed else Mail(wish.mail)
    return Notice(
        membership_id=told.who,
        event_id=occasion.event,
        kind=told.kind,
        ticket_id=occasion.ticket,
        message_id=facts.message_of.get(occasion.event),
        by_id=facts.known(occasion.by),
        at=facts.at[occasion.event],
        is_listed=wish.is_listed,
        on_desktop=wish.on_desktop and not is_seen,
        read_at=at if is_seen else None,
        mail=mail,
        mail_due_at=due(mail, at, recipient, account.time_zone),
    )


def due(mail: str, at: datetime, recipient: Recipient, zone: str) -> datetime | None:
    """When a mail about what happened at `at` leaves; `zone` is the account's."""
    if mail == Mail.AT_ONCE:
        return at + PAUSE
    if mail == Mail.DIGEST:
        place = recipient.time_zone or zone
        return next_summary(at, rhythm=recipient.rhythm, hour=recipient.hour, zone=place)
    return None


def _take_over(notices: Iterable[Notice]) -> None:
    """Who is given a ticket that was new to them, and that they have not looked at, has one notice of it."""
    given = {(notice.membership_id, notice.ticket_id) for notice in notices if notice.kind == Kind.ASSIGNED}
    if not given:
        return
    weaker = Notice.objects.filter(
        kind=Kind.NEW_TICKET,
        read_at__isnull=True,
        membership__in={who for who, _ in given},
        ticket__in={ticket for _, ticket in given},
    )
    pairs = weaker.values_list("pk", "membership_id", "ticket_id")
    Notice.objects.filter(pk__in=[pk for pk, *pair in pairs if tuple(pair) in given]).delete()


def _plan_mails(notices: Iterable[Notice], recipients: dict[UUID, Recipient], plan: Plan) -> None:
    """Queue a job for each person to whom a mail is due earlier than the one that is queued already."""
    first: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for notice in notices:
        if notice.mail_due_at:
            first[notice.membership_id].append(notice.mail_due_at)
    for who, moments in first.items():
        plan_mail(recipients[who], min(moments), plan)


def plan_mail(recipient: Recipient, at: datetime, plan: Plan) -> None:
    """Have mail to somebody leave at `at` at the latest. Their row is locked by the caller."""
    planned = recipient.next_mail_at
    if planned is None or at < planned or planned < now() - _LOST:
        Recipient.objects.filter(pk=recipient.pk).update(next_mail_at=at)
        recipient.next_mail_at = at
        plan(recipient.pk, at)
