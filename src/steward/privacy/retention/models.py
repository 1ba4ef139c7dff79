"""What goes when, and what went."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.people.models import Department
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountOwned, Ref
from steward.tickets.models import Channel
from steward.tickets.statuses import Status


class Kind(models.TextChoices):
    TICKETS = "tickets"  # with everything in them
    FILES = "files"  # what was attached, and with it the mails as they came and went; the words stay
    RAW_MAIL = "raw_mail"  # mails as they came; what was read from them stays
    CONTACTS = "contacts"  # customers of whom nothing else is here, with their addresses
    REQUESTS = "requests"  # of persons about their data, when they are closed: kept as proof till then


class Since(models.TextChoices):
    """From when days are counted."""

    ARRIVAL = "arrival"  # of the file or the mail itself
    CREATION = "creation"  # of the ticket
    ACTIVITY = "activity"  # the last in the ticket; putting it into the bin is one
    RESOLUTION = "resolution"  # of the ticket; one that is not resolved is not counted
    ALONE = "alone"  # since nothing else of the customer is here
    CLOSING = "closing"  # of the request


# What can be counted from, for each kind.
COUNTS_FROM = {
    Kind.TICKETS: (Since.ACTIVITY, Since.RESOLUTION, Since.CREATION),
    Kind.FILES: (Since.ARRIVAL, Since.ACTIVITY, Since.RESOLUTION),
    Kind.RAW_MAIL: (Since.ARRIVAL, Since.ACTIVITY, Since.RESOLUTION),
    Kind.CONTACTS: (Since.ALONE,),
    Kind.REQUESTS: (Since.CLOSING,),
}
# Kinds of what is in a ticket: only for them a rule says in which department, channel and status.
IN_TICKETS = frozenset({Kind.TICKETS, Kind.FILES, Kind.RAW_MAIL})


class RetentionRule(AccountOwned):
    """How long things of one kind are kept, in a department, a channel or a status, or in any.

    Of several that fit, the one decides that says more exactly where: the department first, then channel and status.
    """

    kind = impersonal(models.TextField(choices=Kind.choices))
    department = impersonal(Ref(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"))
    channel = impersonal(models.TextField(choices=Channel.choices, blank=True, default=""))  # of the ticket
    status = impersonal(models.TextField(choices=Status.choices, blank=True, default=""))  # of the ticket
    days = impersonal(models.PositiveIntegerField(null=True, blank=True))  # None: for ever
    since = impersonal(models.TextField(choices=Since.choices))
    is_on = impersonal(models.BooleanField(default=False))
    changed_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "kind", "department", "channel", "status"], nulls_distinct=False,
                name="retention_rule_once",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["account", "department"], name="retention_rule_department")]

    def __str__(self) -> str:
        return f"{self.kind} {self.days} days since {self.since}"

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """How exactly it says where; of several that fit, the greatest decides."""
        return self.department_id is not None, bool(self.channel), bool(self.status)


class RetentionRun(AccountOwned):
    """What went by a rule at one time, or what somebody purged: numbers, never what it was.

    A rule that is gone leaves its runs.
    """

    rule = impersonal(Ref(RetentionRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs"))
    kind = impersonal(models.TextField(choices=Kind.choices))
    days = impersonal(models.PositiveIntegerField())  # 0 for what was purged by somebody
    number = impersonal(models.IntegerField())  # of what the kind is of
    size = impersonal(models.BigIntegerField(default=0))  # bytes, where they are counted
    # The erasures that tickets or customers went by: bare ids, for they say themselves what became of them.
    erasures = impersonal(ArrayField(models.UUIDField(), default=list, blank=True))
    by_id = impersonal(models.UUIDField(null=True))  # the bare id of the member who purged it; None for a rule
    status = impersonal(models.TextField(choices=Status.choices, blank=True, default=""))  # purged: the bin, or spam
    at = impersonal(models.DateTimeField())
    ordered_at = impersonal(models.DateTimeField(null=True))  # when all of its erasures were ordered

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "-at"], name="retention_run_newest"),
            models.Index(fields=["account", "rule"], name="retention_run_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} at {self.at}"
