"""Plans, what each account's plan leads to and when, and what was billed.

Plans and standings are of the directory: the pass over all accounts reads them without opening any. They hold dates and
codes. Invoices are the account's own.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from steward.backups.manifests import KEPT
from steward.lifecycle.departed_models import AccountCertificate as AccountCertificate
from steward.lifecycle.departed_models import Departure as Departure
from steward.lifecycle.departed_models import KeptInvoice as KeptInvoice
from steward.lifecycle.timetable import Periods
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import Account, AccountOwned

SELF_HOSTED, TRIAL, STANDARD = "self-hosted", "trial", "standard"
PLAN_NAMES: dict[str, Any] = {
    SELF_HOSTED: pgettext_lazy("name of a plan", "Without a clock"),
    TRIAL: pgettext_lazy("name of a plan", "Trial"),
    STANDARD: pgettext_lazy("name of a plan", "Standard"),
}


class Plan(models.Model):
    """How long each part of an account's life lasts. Periods are days; a plan without a clock ends nothing.

    Such an account can be suspended by hand, and closed by its owner: of its periods only those two count.
    """

    code = models.TextField(primary_key=True)
    has_clock = models.BooleanField(default=True)
    trial_days = models.IntegerField(null=True)  # None: it is no trial
    grace_days = models.IntegerField(default=7)
    suspended_days = models.IntegerField(default=60)
    terminated_days = models.IntegerField(default=30)
    deleted_days = models.IntegerField(default=30)  # until the last backup expires
    warning_days = ArrayField(models.IntegerField())  # before each step
    mail_held_days = models.IntegerField(default=14)  # that mail to a suspended account waits
    cooling_days = models.IntegerField(default=7)  # that a deletion waits whose owner lets it wait

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """What people read in place of the code; the code itself for a plan that somebody added."""
        return str(PLAN_NAMES.get(self.code, self.code))

    @property
    def mail_held(self) -> timedelta:
        return timedelta(days=self.mail_held_days)

    @property
    def cooling(self) -> timedelta:
        return timedelta(days=self.cooling_days)

    @property
    def periods(self) -> Periods:
        return Periods(
            grace=timedelta(days=self.grace_days),
            suspended=timedelta(days=self.suspended_days),
            terminated=timedelta(days=self.terminated_days),
            deleted=max(timedelta(days=self.deleted_days), KEPT),  # no backup goes sooner
            warnings=tuple(timedelta(days=days) for days in sorted(self.warning_days, reverse=True)),
        )


class Standing(models.Model):
    """Where an account stands on its plan's way. An account without one is on the plan without a clock."""

    class Reason(models.TextChoices):
        TRIAL = "trial"  # it ended
        UNPAID = "unpaid"  # an invoice, too long
        OPERATOR = "operator"  # somebody who runs the installation did it
        OWNER = "owner"  # an owner ordered that everything is deleted

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    trial_ends_at = models.DateTimeField(null=True)
    respite_until = models.DateTimeField(null=True)  # not suspended before
    stage_due_at = models.DateTimeField()  # when the stage it is in was due: what follows is counted from there
    suspended_because = models.TextField(choices=Reason.choices, blank=True, default="")
    # What the owner has asked for since it was suspended; opening it again takes all of it back.
    lift_asked_at = models.DateTimeField(null=True)
    copy_ordered_at = models.DateTimeField(null=True)  # of everything, before it goes
    deletion_ordered_at = models.DateTimeField(null=True)  # without waiting for the days that are left
    leaves_at = models.DateTimeField(null=True)  # then: from this moment on nothing is waited for any more
    # What follows from all that, from the invoices and from the holds; written whenever one of them changes.
    unpaid_since = models.DateTimeField(null=True)  # when the oldest unpaid invoice was due, or will be
    next_stage = models.TextField(blank=True, default="")
    next_at = models.DateTimeField(null=True)  # None with a next stage: the clock stands
    clock_left = models.DurationField(null=True)  # what it goes on with
    warned_days = models.IntegerField(null=True)  # of the last warning of the next stage
    look_at = models.DateTimeField(null=True)  # when there is something to do: a warning or the step
    asked_at = models.DateTimeField(null=True)  # when a job was asked to do it

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="lifecycle_standing_look")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.plan_id}"

    @property
    def is_stopped(self) -> bool:
        """A legal hold stops the clock."""
        return bool(self.next_stage) and self.next_at is None


class ReopeningOrder(AccountOwned):
    """An owner's order to open a terminated account again; without one nobody can. It goes when that is done."""

    ordered_at = impersonal(models.DateTimeField())  # or when it was noted that it came
    owner_id = impersonal(models.UUIDField(null=True))  # the bare id of the member who ordered it on the page
    # One that came in another way, as an operator noted it: who ordered it, and how.
    ordered_by = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.name", purpose="privacy",
        erase=Erase.DELETE_ROW, export=False,
    )  # fmt: skip
    how = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.content", purpose="privacy",
        erase=Erase.DELETE_ROW, export=False,
    )  # fmt: skip

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], name="lifecycle_one_reopening_ordered"),
        ]

    def __str__(self) -> str:
        return f"to reopen {self.account_id}"


class Invoice(AccountOwned):
    """What whoever runs the installation asks of the account. When its data go it becomes a `KeptInvoice`."""

    class State(models.TextChoices):
        UNPAID = "unpaid"
        PAID = "paid"
        VOID = "void"

    number = impersonal(models.TextField())  # as the bookkeeping has it
    amount = impersonal(models.DecimalField(max_digits=12, decimal_places=2))
    currency = impersonal(models.CharField(max_length=3))  # ISO 4217
    issued_at = impersonal(models.DateTimeField())
    due_at = impersonal(models.DateTimeField())
    state = impersonal(models.TextField(choices=State.choices, default=State.UNPAID))
    settled_at = impersonal(models.DateTimeField(null=True))  # paid or void since

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "number"], name="lifecycle_invoice_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
