"""Lists, counts and search for screens. Every list is read from one index in its order, page by page (keyset)."""

import base64
import binascii
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Value

from steward.lib.actor import Actor
from steward.lib.fold import search_terms
from steward.people.models import Department
from steward.tickets.access import visible_tickets
from steward.tickets.models import Tag, Ticket, TicketTag
from steward.tickets.statuses import HIDDEN, WAITING, Status

PAGE = 30  # rows: more than a tall screen holds; the next ones come as one scrolls
FOUND = 50  # tickets that a search shows
COUNTED = 99  # counts stop there: "99+" says as much, and costs the same in any account
RANKED = 2_000  # the newest hits among which the best are looked for


@dataclass(frozen=True, slots=True)
class View:
    """Which tickets: `all`, `mine`, `unassigned`, `department:<id>`, `status:<status>` or `tag:<id>`."""

    kind: str
    value: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else self.kind

    @classmethod
    def from_key(cls, key: str) -> "View":
        """Raises `ValueError` for a view that does not exist."""
        kind, _, value = key.partition(":")
        if kind in {"department", "tag"}:
            UUID(value)
        elif kind == "status":
            Status(value)
        elif kind not in {"all", "mine", "unassigned"} or value:
            raise ValueError(f"no such view: {key}")
        return cls(kind, value)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: the last row's order values."""

    changed_at: datetime
    id: UUID

    def __str__(self) -> str:
        packed = int(self.changed_at.timestamp() * 1_000_000).to_bytes(8) + self.id.bytes
        return base64.urlsafe_b64encode(packed).decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises `ValueError` for anything that is not a cursor."""
        try:
            packed = base64.urlsafe_b64decode(text.encode())
        except (binascii.Error, UnicodeEncodeError) as error:
            raise ValueError("not a cursor") from error
        if len(packed) != 24:
            raise ValueError("not a cursor")
        try:
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int.from_bytes(packed[:8]))
        except OverflowError as error:
            raise ValueError("not a cursor") from error
        return cls(at, uuid.UUID(bytes=packed[8:]))


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and where the next ones begin."""

    tickets: list[Ticket]
    next: Cursor | None


def list_tickets(actor: Actor, view: View, *, after: Cursor | None = None) -> Page:
    """One page of a view, newest activity first, with what a row shows and no more."""
    ids = [row["id"] for row in _ids(actor, view, after)]
    tickets = _rows(Ticket.objects.filter(pk__in=ids))
    in_order = sorted(tickets, key=lambda ticket: (ticket.changed_at, ticket.id), reverse=True)
    shown = in_order[:PAGE]
    more = len(in_order) > PAGE
    return Page(shown, Cursor(shown[-1].changed_at, shown[-1].id) if more else None)


def _rows(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The columns that rows of a list show: to read all of them, and the department, costs a third more."""
    shown = ("code", "subject", "preview", "language", "status", "message_count", "changed_at")
    names = ("requester__name", "assignee__name")
    # A look into one index for each of the rows, in the same statement: no further query.
    tags = TicketTag.objects.filter(ticket=OuterRef("pk")).order_by("tag__folded").values("tag__name")
    return tickets.select_related("requester", "assignee").only(*shown, *names).annotate(tag_names=ArraySubquery(tags))


def _ids(actor: Actor, view: View, after: Cursor | None) -> QuerySet[Ticket, Any]:
    """The ids of one page and one more, from one index scan per department the actor may look into."""
    scans = [_scan(tickets, after) for tickets in _selections(actor, view)]
    if len(scans) == 1:
        return scans[0]
    if not scans:
        return Ticket.objects.none().values("id")
    return scans[0].union(*scans[1:], all=True).order_by("-changed_at", "-id")[: PAGE + 1]


def _scan(tickets: QuerySet[Ticket], after: Cursor | None) -> QuerySet[Ticket, Any]:
    if after is not None:
        # Both halves: the first is what the index can start from, the second keeps rows of one moment in order.
        tickets = tickets.filter(
            Q(changed_at__lt=after.changed_at) | Q(changed_at=after.changed_at, id__lt=after.id),
            changed_at__lte=after.changed_at,
        )
    return tickets.order_by("-changed_at", "-id").values("id", "changed_at")[: PAGE + 1]


def _selections(actor: Actor, view: View) -> list[QuerySet[Ticket]]:
    """The view as selections that each follow one index. Someone who sees not all gets one per department."""
    tickets = Ticket.objects.all() if _is_narrowed(actor, view) else visible_tickets(actor)
    chosen = _chosen(tickets, actor, view)
    if view.kind == "mine" or (actor.sees_all and view.kind != "unassigned"):
        # What is given to me is little enough to be filtered, whatever departments I am in.
        return [chosen]
    if view.kind == "department":
        return [chosen]
    departments = _departments_of(actor)
    return [chosen.filter(department=department) for department in departments]


def _departments_of(actor: Actor) -> Sequence[UUID]:
    return list(Department.objects.values_list("id", flat=True)) if actor.sees_all else list(actor.departments)


def _chosen(tickets: QuerySet[Ticket], actor: Actor, view: View) -> QuerySet[Ticket]:
    """Those of the tickets that the view holds."""
    match view.kind:
        case "mine":
            return tickets.filter(assignee=actor.id).exclude(status__in=HIDDEN)
        case "unassigned":
            return tickets.filter(assignee__isnull=True, status__in=WAITING)
        case "department":
            return tickets.filter(department_id=UUID(view.value)).exclude(status__in=HIDDEN)
        case "status":
            return tickets.filter(status=view.value)
        case "tag":
            tagged = TicketTag.objects.filter(tag_id=UUID(view.value)).values("ticket")
            return tickets.filter(pk__in=tagged).exclude(status__in=HIDDEN)
        case _:
            return tickets.exclude(status__in=HIDDEN)


def _is_narrowed(actor: Actor, view: View) -> bool:
    """Whether `_selections` names the departments itself."""
    return not actor.sees_all and view.kind in {"all", "unassigned", "status", "tag"}


def count_tickets(actor: Actor, views: Sequence[View]) -> dict[View, int]:
    """How many tickets each view holds, counted up to one more than `COUNTED`, in one query."""
    first, *others = [_counted(actor, view, number) for number, view in enumerate(views)]
    found = Counter(row["view"] for row in first.union(*others, all=True)) if others else Counter({0: len(first)})
    return {view: found[number] for number, view in enumerate(views)}


def _counted(actor: Actor, view: View, number: int) -> QuerySet[Ticket, Any]:
    """A row for each ticket that counts. Without an order, every view is a stretch of one index."""
    tickets = _chosen(visible_tickets(actor), actor, view)
    return tickets.order_by().annotate(view=Value(number)).values("view")[: COUNTED + 1]


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets found, best first; `is_cut` when only the newest `RANKED` hits were looked at.

    `has_more` when more than `FOUND` tickets were found: the others are not shown.
    """

    tickets: list[Ticket]
    is_cut: bool
    has_more: bool = False


def search_tickets(actor: Actor, query: str) -> Found:
    """Tickets by code, subject, words of any message, name or address.

    Whole words first. Where they fill no page, each term counts as the start of a word, so that what is inflected or
    typed in part is found; to look for that always would cost several times as much.
    """
    terms = [f"'{term}'" for term in search_terms(query)]
    if not terms:
        return Found([], is_cut=False)
    hits, ordered = _best(actor, " & ".join(terms))
    if len(ordered) <= FOUND:
        hits, ordered = _best(actor, " & ".join(f"{term}:*" for term in terms))
    has_more, ordered = len(ordered) > FOUND, ordered[:FOUND]
    tickets = _rows(visible_tickets(actor)).in_bulk(ordered)
    shown = [tickets[key] for key in ordered if key in tickets]
    return Found(shown, is_cut=hits >= RANKED, has_more=has_more)


# Age counts a little, so that of two equal ones the newer stands above. In the database, which hands on fifty tickets
# and not two thousand hits.
_BEST = """
SELECT ticket_id, max(hits)
  FROM (SELECT ticket_id, count(*) OVER () AS hits,
               rank + 0.01 * (1 - (row_number() OVER (ORDER BY at DESC) - 1) / %(ranked)s::float) AS worth
          FROM search_messages(%(words)s::tsquery, %(departments)s::uuid[], %(ranked)s)) AS hit
 GROUP BY ticket_id ORDER BY max(worth) DESC LIMIT %(page)s
"""


def _best(actor: Actor, words: str) -> tuple[int, list[UUID]]:
    """How many hits there are, up to `RANKED`, and the tickets of one page and one more, best first."""
    departments = None if actor.sees_all else list(actor.departments)
    asked = {"words": words, "departments": departments, "ranked": RANKED, "page": FOUND + 1}
    with connection.cursor() as cursor:
        cursor.execute(_BEST, asked)
        found = cursor.fetchall()
    return (found[0][1] if found else 0), [ticket_id for ticket_id, _hits in found]


def all_tags() -> list[Tag]:
    """The account's tags by name."""
    return list(Tag.objects.order_by("folded"))


def tags_with_counts() -> list[Tag]:
    """The account's tags by name, each with `count`: on how many tickets it is."""
    return list(Tag.objects.annotate(count=Count("tagged")).order_by("folded"))


def tickets_tagged(tag: Tag) -> int:
    """On how many tickets a tag is."""
    return TicketTag.objects.filter(tag=tag).count()


def tags_of(tickets: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """The tags of some tickets, by name, in one query."""
    found: dict[UUID, list[Tag]] = {}
    for tagged in TicketTag.objects.filter(ticket__in=list(tickets)).select_related("tag").order_by("tag__folded"):
        found.setdefault(tagged.ticket_id, []).append(tagged.tag)
    return found
