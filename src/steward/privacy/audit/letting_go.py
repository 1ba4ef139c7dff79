"""Old entries go: what they say, and the beginning of the chain that consists of nothing else.

Events are the timeline of tickets as well as the audit, so an entry about something that is there stays as it is,
however old: the history of a ticket ends with the ticket. What is old, and about nothing that is there any more or
about what only the audit tells of, goes. In the middle of the chain the entry stays with its fixed columns and loses
what it says (`changes` and `salt`, as an erasure takes them; the chain goes by digests). At the beginning it goes
whole, and the chain says in itself behind which entry it begins.

Only what was checked and anchored goes, so no anchor is ever about an entry that is not there; of an account that is
held, or whose chain does not hold, nothing does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from steward.events.chain import beginning
from steward.events.models import Event
from steward.lib.clock import now
from steward.privacy.audit.models import Verification
from steward.privacy.audit.policy import policy
from steward.privacy.audit.sealing import FORGOTTEN, SEALED, note_beginning, seal
from steward.privacy.audit.verifying import standing
from steward.privacy.holds.models import LegalHold
from steward.tenancy.scope import upkeep_scope

# What is there for as long as the account, or nearly, and whose entries nobody reads but the audit. Whatever is not
# named here keeps its entries while it is there: forgetting to add a model keeps more, never less.
ALONE = frozenset(
    {
        "agreements.agreement", "agreements.termsacceptance", "agreements.textnotice", "audit.auditpolicy",
        "audit.verification", "brand.brand", "email.mailaccount", "email.mailtemplate", "erasure.erasure",
        "events.eventclock", "events.readclock", "exports.export", "holds.legalhold", "lifecycle.invoice",
        "notifications.noticedefaults", "outbox.outgoingmail", "people.department", "people.membership",
        "people.securitypolicy", "retention.retentionrule", "retention.retentionrun", "subprocessors.changenotice",
        "subprocessors.noticedelivery", "tenancy.account", "tickets.tag", "tickets.ticketrules",
    }
)  # fmt: skip
PORTION = 2_000
MOST = 20_000  # entries of an account that are looked at, of each kind of going, in one night


@dataclass(frozen=True, slots=True)
class Gone:
    """How many entries went whole, and how many lost what they say."""

    whole: int = 0
    said: int = 0


def let_entries_of_account_go(account_id: UUID, *, anchored: int) -> Gone:
    """Let go of what is older than the account says, a night's share of it; needs no scope.

    `anchored` is the oldest position of the account that is anchored still; behind it nothing goes whole.
    """
    with upkeep_scope(account_id):
        row = standing()
        if row.broken_at is not None or _is_held():
            return Gone()
        days = policy().entries_days
        before = now() - timedelta(days=days)
        whole = _cut(_leading(before, min(row.position, anchored)), days)
    with upkeep_scope(account_id):
        return Gone(whole, _silence(row, before))


def _is_held() -> bool:
    return LegalHold.objects.in_force().filter(on=LegalHold.On.ACCOUNT).exists()


def _leading(before: datetime, last: int) -> int:
    """The last entry of those at the beginning of the chain that all may go; 0 for none."""
    found = 0
    for events in _portions(beginning().position, before):
        staying = _staying(events)
        for event in events:
            if event.pk in staying or (event.position or 0) > last:
                return found
            found = event.position or 0
    return found


def _cut(up_to: int, days: int) -> int:
    """Cut the beginning off, and say so in the chain; returns how many went. The database keeps thirty days."""
    if not up_to:
        return 0
    if not Event.objects.filter(kind=SEALED, position__gt=up_to).exists():
        seal()  # what binds the reads goes, too
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_events(%s)", [up_to])
        gone = int(cursor.fetchone()[0])
    if gone:
        note_beginning(days)
    return gone


def _silence(row: Verification, before: datetime) -> int:
    """Take what old entries say, from where the last night stopped; whoever has come to the young ones begins anew."""
    number, reached = 0, 0
    kept = [key for kind in (SEALED, FORGOTTEN) for key in _newest(kind)]
    for events in _portions(max(row.silenced, beginning().position), before):
        going = {event.pk for event in events} - _staying(events)
        said = Event.objects.filter(pk__in=going, salt__isnull=False).exclude(pk__in=kept)
        number += said.update(changes=None, salt=None)
        reached = (events[-1].position or 0) if len(events) == PORTION else 0
    Verification.objects.filter(pk=row.pk).update(silenced=reached)
    return number


def _portions(after: int, before: datetime) -> Iterator[list[Event]]:
    """Entries behind a position that are old, up to the first that is not and to as many as one night takes."""
    for _ in range(MOST // PORTION):
        rows: QuerySet[Event] = Event.objects.filter(position__gt=after).order_by("position")
        events = list(rows.only("id", "position", "kind", "object_type", "object_id", "at")[:PORTION])
        old = [event for event in events if event.at < before]
        if old != events:
            old = events[: next(place for place, event in enumerate(events) if event.at >= before)]
        if old:
            yield old
        if len(old) < PORTION:
            return
        after = old[-1].position or 0


def _staying(events: Iterable[Event]) -> set[UUID]:
    """Those about something that is there and needs them."""
    about: dict[str, set[UUID]] = {}
    for event in events:
        if event.object_type not in ALONE:
            about.setdefault(event.object_type, set()).add(event.object_id)
    there = _there(about)
    return {event.pk for event in events if (event.object_type, event.object_id) in there}


def _there(about: Mapping[str, set[UUID]]) -> set[tuple[str, UUID]]:
    found: set[tuple[str, UUID]] = set()
    for label, ids in about.items():
        try:
            model = apps.get_model(label)
        except LookupError:  # of a version that had such things
            continue
        found |= {(label, key) for key in model._base_manager.filter(pk__in=ids).values_list("pk", flat=True)}
    return found


def _newest(kind: str) -> list[UUID]:
    return list(Event.objects.filter(kind=kind, position__gt=0).order_by("-position").values_list("pk", flat=True)[:1])
