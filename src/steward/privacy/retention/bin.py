"""The bin and spam: how long they keep what they have, what is chosen of it, and how much that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from steward.channels.email.models import RawMail
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.reaching import holds_on
from steward.privacy.inventory.stores import Extent
from steward.privacy.retention.forecasting import size_of_tickets
from steward.privacy.retention.models import Kind, RetentionRule, Since
from steward.tickets.actions.purging import in_bin
from steward.tickets.going import going_now
from steward.tickets.holding import free_of_holds
from steward.tickets.models import Attachment, Message, Ticket
from steward.tickets.statuses import Status

_ASKED_ABOUT = 200  # held tickets of which it is said which holds keep them


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the bin, or of spam, is to go: all that has been there since a moment, or some tickets of it."""

    status: Status
    until: datetime
    tickets: tuple[UUID, ...] = ()  # none: all of them

    def rows(self) -> "QuerySet[Ticket, Any]":
        """Those that lie there still, and are not on their way already."""
        rows = in_bin(self.status).filter(changed_at__lte=self.until)
        rows = rows.filter(pk__in=self.tickets) if self.tickets else rows
        return rows.exclude(pk__in=on_their_way) if (on_their_way := going_now()) else rows


@dataclass(frozen=True, slots=True)
class Counted:
    """How much goes: `files` and `mails` (as they came) with their `size` in bytes. `held` tickets stay, by `holds`."""

    tickets: int
    messages: int
    files: int
    mails: int
    size: int
    held: int
    holds: list[LegalHold]


def counted(choice: Choice) -> Counted:
    """What would go now. Reads, and changes nothing."""
    rows = choice.rows()
    free = free_of_holds(rows)
    tickets, keys = free.count(), free.values("pk")
    held = rows.count() - tickets
    return Counted(
        tickets=tickets,
        messages=Message.objects.filter(ticket__in=keys).count(),
        files=Attachment.objects.filter(message__ticket__in=keys).count(),
        mails=RawMail.objects.filter(message__ticket__in=keys).count(),
        size=size_of_tickets(free),
        held=held,
        holds=_keeping(rows) if held else [],
    )


def _keeping(rows: "QuerySet[Ticket, Any]") -> list[LegalHold]:
    kept = rows.exclude(pk__in=free_of_holds(rows).values("pk")).order_by("pk")
    return holds_on(Extent(tickets=tuple(kept.values_list("pk", flat=True)[:_ASKED_ABOUT])))


def held_among(tickets: Iterable[UUID]) -> set[UUID]:
    """Those of the tickets that a legal hold keeps."""
    asked = set(tickets)
    return asked - set(free_of_holds(Ticket.objects.filter(pk__in=asked)).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Kept:
    """How long the bin, or spam, keeps something: `days` after the last activity, or `None` until it is purged.

    `is_mixed` says that it depends on the ticket: several rules decide, or one that counts from elsewhere.
    """

    days: int | None
    is_mixed: bool = False


def kept_in(status: Status) -> Kept:
    """As the rules that are on have it."""
    rules = RetentionRule.objects.filter(is_on=True, kind=Kind.TICKETS, status__in=["", status]).order_by("id")
    fitting = sorted(rules, key=lambda rule: rule.weight)
    if not fitting:
        return Kept(None)
    decides = fitting[-1]
    of_parts = any(rule.department_id or rule.channel for rule in fitting)
    return Kept(decides.days, is_mixed=of_parts or (decides.days is not None and decides.since != Since.ACTIVITY))
