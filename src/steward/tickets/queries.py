"""Lists, counts and search for screens. Every list is read from one index in its order, page by page (keyset)."""

import base64
import binascii
import uuid
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Value

from steward.lib.actor import Actor
from steward.lib.fold import search_terms
from steward.people.access import departments_seen_by
from steward.people.models import Department
from steward.tenancy.reading import Question, Reading
from steward.tickets.access import visible_in
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


class Line(NamedTuple):
    """What a row of a list shows of a ticket: to read all of it, as models, costs twice as much."""

    id: UUID
    code: str
    subject: str
    preview: str
    language: str  # of the preview
    status: str
    message_count: int
    changed_at: datetime
    requester_id: UUID
    requester_name: str
    assignee_name: str | None
    tag_names: list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and where the next ones begin."""

    tickets: list[Line]
    next: Cursor | None


def list_tickets(actor: Actor, view: View, *, after: Cursor | None = None) -> Page:
    """One page of a view, newest activity first, with what a row shows and no more."""
    shape, values = _question(actor, view, after)
    in_order = _lines_of([row["id"] for row in _IDS(*shape, **values)])
    in_order.sort(key=lambda line: (line.changed_at, line.id), reverse=True)
    shown = in_order[:PAGE]
    more = len(in_order) > PAGE
    return Page(shown, Cursor(shown[-1].changed_at, shown[-1].id) if more else None)


def list_questions(
    actor: Actor, view: View, counted: Sequence[View], *, after: Cursor | None = None
) -> Iterator[Question[Any]]:
    """What `list_tickets` and `count_tickets` ask first, to be read ahead."""
    if _is_by_department(actor, view):
        yield _DEPARTMENTS.asking()
    else:
        shape, values = _question(actor, view, after)
        yield _IDS.asking(*shape, **values)
    yield _COUNTS.asking(*_kinds(counted), **_values(actor, counted))


def _lines_of(tickets: Sequence[UUID], **departments: list[UUID]) -> list[Line]:
    """Those of these tickets that are in the departments, in no order."""
    return [Line(*row) for row in _LINES(tickets=tickets, **departments)]


def _lines(*, tickets: Sequence[UUID], departments: Sequence[UUID] | None = None) -> QuerySet[Ticket, Any]:
    # A look into one index for each of the rows, in the same statement: no further query.
    tags = TicketTag.objects.filter(ticket=OuterRef("pk")).order_by("tag__folded").values("tag__name")
    names = {"requester_id": "requester", "requester_name": "requester__name", "assignee_name": "assignee__name"}
    shown = visible_in(departments).filter(pk__in=tickets).annotate(tag_names=ArraySubquery(tags))
    return shown.values_list(*(names.get(each, each) for each in Line._fields))


_LINES = Reading(_lines)


def _question(actor: Actor, view: View, after: Cursor | None) -> tuple[list[Hashable], dict[str, Any]]:
    """The shape and the values of `_ids`."""
    values = _values(actor, [view])
    if _is_by_department(actor, view):
        values["departments"] = _DEPARTMENTS()
    if after is not None:
        values |= {"before": after.changed_at, "before_id": after.id}
    return [actor.sees_all, *_kinds([view])], values


def _is_by_department(actor: Actor, view: View) -> bool:
    """Whether the departments have to be known first: whoever sees all gets one selection for each of them here."""
    return actor.sees_all and view.kind == "unassigned"


def _kinds(views: Sequence[View]) -> list[Hashable]:
    """What of the views changes the text of a statement: all but the ids of a department or a tag."""
    return [View(view.kind) if view.kind in _PLACES else view for view in views]


def _values(actor: Actor, views: Sequence[View]) -> dict[str, Any]:
    """The ids that a statement about these views needs; at most one of them is of a department or a tag."""
    values: dict[str, Any] = {**departments_seen_by(actor)}
    for view in views:
        if view.kind == "mine":
            values["me"] = actor.id
        elif view.kind in _PLACES:
            values["place"] = UUID(view.value)
    return values


_PLACES = frozenset({"department", "tag"})
_DEPARTMENTS = Reading(lambda: Department.objects.values_list("id", flat=True))


def _ids(
    sees_all: bool,
    view: View,
    *,
    before: datetime | None = None,
    before_id: UUID | None = None,
    **ids: Any,
) -> QuerySet[Ticket, Any]:
    """The ids of one page and one more, from one index scan per department the actor may look into."""
    after = Cursor(before, before_id) if before and before_id else None
    scans = [_scan(tickets, after) for tickets in _selections(view, sees_all=sees_all, **ids)]
    if len(scans) == 1:
        return scans[0]
    if not scans:
        return Ticket.objects.none().values("id")
    return scans[0].union(*scans[1:], all=True).order_by("-changed_at", "-id")[: PAGE + 1]


_IDS = Reading(_ids)


def _scan(tickets: QuerySet[Ticket], after: Cursor | None) -> QuerySet[Ticket, Any]:
    if after is not None:
        # Both halves: the first is what the index can start from, the second keeps rows of one moment in order.
        tickets = tickets.filter(
            Q(changed_at__lt=after.changed_at) | Q(changed_at=after.changed_at, id__lt=after.id),
            changed_at__lte=after.changed_at,
        )
    return tickets.order_by("-changed_at", "-id").values("id", "changed_at")[: PAGE + 1]


def _selections(
    view: View, *, sees_all: bool, departments: Sequence[UUID] | None = None, **ids: UUID
) -> list[QuerySet[Ticket]]:
    """The view as selections that each follow one index. Someone who sees not all gets one per department."""
    if view.kind in {"mine", "department"}:
        # What is given to me is little enough to be filtered, whatever departments I am in.
        return [_chosen(visible_in(departments), view, **ids)]
    chosen = _chosen(Ticket.objects.all(), view, **ids)
    if sees_all and view.kind != "unassigned":
        return [chosen]
    return [chosen.filter(department=department) for department in departments or ()]


def _chosen(tickets: QuerySet[Ticket], view: View, *, me: UUID | None = None, place: Any = None) -> QuerySet[Ticket]:
    """Those of the tickets that the view holds; `place` is the department or the tag of a view of one."""
    match view.kind:
        case "mine":
            return tickets.filter(assignee=me).exclude(status__in=HIDDEN)
        case "unassigned":
            return tickets.filter(assignee__isnull=True, status__in=WAITING)
        case "department":
            return tickets.filter(department_id=place).exclude(status__in=HIDDEN)
        case "status":
            return tickets.filter(status=view.value)
        case "tag":
            tagged = TicketTag.objects.filter(tag_id=place).values("ticket")
            return tickets.filter(pk__in=tagged).exclude(status__in=HIDDEN)
        case _:
            return tickets.exclude(status__in=HIDDEN)


def count_tickets(actor: Actor, views: Sequence[View]) -> dict[View, int]:
    """How many tickets each view holds, counted up to one more than `COUNTED`, in one query.

    At most one of the views is of a department or a tag.
    """
    found = Counter(row["view"] for row in _COUNTS(*_kinds(views), **_values(actor, views)))
    return {view: found[number] for number, view in enumerate(views)}


def _counts(*views: View, departments: Sequence[UUID] | None = None, **ids: UUID) -> QuerySet[Ticket, Any]:
    """A row for each ticket that counts. Without an order, every view is a stretch of one index."""
    counted = [
        _chosen(visible_in(departments), view, **ids).order_by().annotate(view=Value(number))
        for number, view in enumerate(views)
    ]
    first, *others = [tickets.values("view")[: COUNTED + 1] for tickets in counted]
    return first.union(*others, all=True) if others else first


_COUNTS = Reading(_counts)


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets found, best first; `is_cut` when only the newest `RANKED` hits were looked at.

    `has_more` when more than `FOUND` tickets were found: the others are not shown.
    """

    tickets: list[Line]
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
    tickets = {line.id: line for line in _lines_of(ordered, **departments_seen_by(actor))}
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


TAGGED = Reading(
    lambda *, tickets: TicketTag.objects.filter(ticket__in=tickets).select_related("tag").order_by("tag__folded")
)


def tags_of(tickets: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """The tags of some tickets, by name, in one query."""
    found: dict[UUID, list[Tag]] = {}
    for tagged in TAGGED(tickets=list(tickets)):
        found.setdefault(tagged.ticket_id, []).append(tagged.tag)
    return found
