"""The statuses of a ticket and what may follow what. Pure."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    NEW = "new", pgettext_lazy("ticket status", "New")
    OPEN = "open", pgettext_lazy("ticket status", "Open")
    ANSWERED = "answered", pgettext_lazy("ticket status", "Answered")
    POSTPONED = "postponed", pgettext_lazy("ticket status", "Postponed")
    RESOLVED = "resolved", pgettext_lazy("ticket status", "Resolved")
    CLOSED = "closed", pgettext_lazy("ticket status", "Closed")
    SPAM = "spam", pgettext_lazy("ticket status", "Spam")
    DELETED = "deleted", pgettext_lazy("ticket status", "Deleted")


WAITING = (Status.NEW, Status.OPEN)  # somebody should look
HIDDEN = (Status.SPAM, Status.DELETED)  # shown only when asked for

# Closed is final: it leaves only by deletion, and a reply to it opens a new ticket that is linked to it.
_NEXT: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.ANSWERED, Status.POSTPONED, Status.RESOLVED, Status.SPAM, Status.DELETED}),
    Status.OPEN: frozenset(
        {Status.ANSWERED, Status.POSTPONED, Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.DELETED}
    ),
    Status.ANSWERED: frozenset(
        {Status.OPEN, Status.POSTPONED, Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.DELETED}
    ),
    Status.POSTPONED: frozenset(
        {Status.NEW, Status.OPEN, Status.ANSWERED, Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.DELETED}
    ),
    Status.RESOLVED: frozenset({Status.OPEN, Status.CLOSED, Status.SPAM, Status.DELETED}),
    Status.CLOSED: frozenset({Status.DELETED}),
    Status.SPAM: frozenset({Status.NEW, Status.OPEN, Status.DELETED}),
    Status.DELETED: frozenset(
        {Status.NEW, Status.OPEN, Status.ANSWERED, Status.RESOLVED, Status.CLOSED}
    ),
}  # fmt: skip


def may_follow(before: str, after: str) -> bool:
    """Whether a ticket may go from one status to the other. The same status never follows itself."""
    return Status(after) in _NEXT[Status(before)]


def next_statuses(before: str) -> list[Status]:
    """The statuses a ticket in this one may be given, in the order of the definition."""
    return [status for status in Status if status in _NEXT[Status(before)]]


def after_customer_wrote(before: str) -> Status:
    """The status once the customer has written again; callers open a new ticket for a closed one instead."""
    if before in {Status.NEW, Status.SPAM}:
        return Status(before)
    return Status.OPEN


def after_postponement(before: str) -> Status:
    """A postponed ticket comes back as open, unless nobody had ever answered it."""
    return Status.NEW if before == Status.NEW else Status.OPEN
