"""What would go by a rule, before anything does: how many, how much, and some of it to look at."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from steward.channels.email.models import RawMail
from steward.privacy.retention.models import IN_TICKETS, Kind, RetentionRule
from steward.privacy.retention.selecting import deciding_rules, due, due_or_held
from steward.tickets.models import Attachment, Ticket

SAMPLE = 10
COUNTED = 10_000  # where many rules are listed, each is counted so far


@dataclass(frozen=True, slots=True)
class Forecast:
    """`number` of what the rule is about; `size` in bytes of files and mails; `held` are kept by legal holds alone.

    `sample` are the oldest tickets that go, or lose something; of customers and of requests themselves.
    """

    number: int
    size: int
    held: int
    sample: list[Any]


def forecast(rule: RetentionRule) -> Forecast:
    """What would go by the rule now, if it were on. Reads, and changes nothing."""
    beside = [each for each in deciding_rules() if each.pk != rule.pk]
    rows, kept = due(rule, beside), due_or_held(rule, beside)
    number = rows.count()
    return Forecast(number, size_of(rule, rows), kept.count() - number, list(_oldest(Kind(rule.kind), rows)[:SAMPLE]))


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
