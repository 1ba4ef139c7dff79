"""What would go by a rule, before anything does: how many, how much, and some of it to look at."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from steward.channels.email.models import RawMail
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.reaching import holds_on
from steward.privacy.inventory.stores import Extent
from steward.privacy.retention.models import IN_TICKETS, Kind, RetentionRule
from steward.privacy.retention.selecting import deciding_rules, due, due_or_held
from steward.tickets.holding import holds_around
from steward.tickets.models import Attachment, Ticket

SAMPLE = 10
_ASKED_ABOUT = 200  # of what is kept
COUNTED = 10_000  # where many rules are listed, each is counted so far


@dataclass(frozen=True, slots=True)
class Forecast:
    """`number` of what the rule is about; `size` in bytes of files and mails; `held` are kept by legal holds alone.

    `holds` are those that keep the oldest of these.
    `sample` are the oldest tickets that go, or lose something; of customers and of requests themselves.
    """

    number: int
    size: int
    held: int
    holds: list[LegalHold]
    sample: list[Any]


def forecast(rule: RetentionRule) -> Forecast:
    """What would go by the rule now, if it were on. Reads, and changes nothing."""
    beside = [each for each in deciding_rules() if each.pk != rule.pk]
    rows, kept = due(rule, beside), due_or_held(rule, beside)
    number = rows.count()
    held = kept.count() - number
    oldest = _oldest(Kind(rule.kind), rows)[:SAMPLE]
    return Forecast(number, size_of(rule, rows), held, _keeping(rule, kept, rows) if held else [], list(oldest))


def _keeping(rule: RetentionRule, kept: "QuerySet[Any]", free: "QuerySet[Any]") -> list[LegalHold]:
    """The holds on some of what is kept, and not on all of it: thousands of tickets may be."""
    held = kept.exclude(pk__in=free.values("pk")).order_by("pk")
    if rule.kind == Kind.CONTACTS:
        return holds_around(held.values_list("pk", flat=True)[:_ASKED_ABOUT])
    path = {Kind.TICKETS: "pk", Kind.REQUESTS: "ticket"}.get(Kind(rule.kind), "message__ticket")
    tickets = held.values_list(path, flat=True)[:_ASKED_ABOUT]
    people = held.values_list("subject", flat=True)[:_ASKED_ABOUT] if rule.kind == Kind.REQUESTS else ()
    about = holds_around(filter(None, people))
    return [*about, *(hold for hold in holds_on(Extent(tickets=tuple(filter(None, tickets)))) if hold not in about)]


def _oldest(kind: Kind, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    if kind in _BY_THEMSELVES:
        return rows.order_by(_BY_THEMSELVES[kind], "id")
    tickets = rows if kind == Kind.TICKETS else Ticket.objects.filter(pk__in=rows.values("message__ticket"))
    return tickets.select_related("requester", "department").order_by("changed_at", "id")


_BY_THEMSELVES = {Kind.CONTACTS: "alone_since", Kind.REQUESTS: "closed_at"}


def taken(rule: RetentionRule) -> int:
    """How much would go by the rule now if it were on; counted to `COUNTED` and one more."""
    beside = [each for each in deciding_rules() if each.pk != rule.pk]
    return due(rule, beside).order_by()[: COUNTED + 1].count()


def size_of(rule: RetentionRule, rows: "QuerySet[Any]") -> int:
    """The bytes of the files and the mails among the rows, or in the tickets that the rows are."""
    if rule.kind not in IN_TICKETS:
        return 0
    if rule.kind == Kind.RAW_MAIL:
        return _sum(rows, "size")
    if rule.kind == Kind.FILES:
        return _sum(rows, "file__size")
    return size_of_tickets(rows)


def size_of_tickets(tickets: "QuerySet[Ticket, Any]") -> int:
    """The bytes of the files and of the mails as they came in the tickets."""
    files = Attachment.objects.filter(message__ticket__in=tickets.values("pk"))
    return _sum(files, "file__size") + _sum(RawMail.objects.filter(message__ticket__in=tickets.values("pk")), "size")


def _sum(rows: "QuerySet[Any]", field: str) -> int:
    return int(rows.order_by().aggregate(total=Sum(field))["total"] or 0)
