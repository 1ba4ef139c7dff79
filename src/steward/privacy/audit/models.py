"""How far the chains of an account are known to be good, and what is noted of who reads."""

from typing import ClassVar

from django.db import models

from steward.events.chain import BEGINNING, Head, Why
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountOwned


class Verification(AccountOwned):
    """What the last checks of an account's chain found. One row for each account."""

    position = impersonal(models.BigIntegerField(default=0))  # up to which all of it held, when it was checked last
    chain = impersonal(models.BinaryField(default=bytes(32)))  # its value there
    checked_at = impersonal(models.DateTimeField(null=True))
    whole_at = impersonal(models.DateTimeField(null=True))  # when it was last read from its beginning
    anchored = impersonal(models.BigIntegerField(default=0))  # the position that is known in the second place
    anchored_at = impersonal(models.DateTimeField(null=True))
    broken_at = impersonal(models.DateTimeField(null=True))  # when the first fault was found; None: there is none
    fault_at = impersonal(models.BigIntegerField(null=True))  # the position of that fault
    fault = impersonal(models.TextField(choices=[(why.value, why.value) for why in Why], blank=True, default=""))
    is_in_reads = impersonal(models.BooleanField(default=False))  # the fault: not in the events
    silenced = impersonal(models.BigIntegerField(default=0, db_default=0))  # up to which old entries were looked at

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="audit_verification_account")]
        indexes: ClassVar = [
            models.Index(
                fields=["account"], condition=models.Q(broken_at__isnull=False), name="audit_verification_broken"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} up to {self.position}"

    @property
    def reached(self) -> Head:
        """Where the next check goes on."""
        return Head(self.position, bytes(self.chain)) if self.position else BEGINNING


class AuditPolicy(AccountOwned):
    """What an account notes of who reads what, and how long what happened is told. Without a row the defaults hold."""

    LEAST_DAYS, MOST_DAYS = 30, 3650
    LEAST_DAYS_OF_ENTRIES = 365  # shorter, and nobody could answer for what was done last year

    records_reads = impersonal(models.BooleanField(default=True))
    reads_days = impersonal(models.PositiveIntegerField(default=365))  # how long reads are kept
    entries_days = impersonal(models.PositiveIntegerField(default=1095, db_default=1095))  # how long what happened is

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="audit_policy_account")]

    def __str__(self) -> str:
        return f"{self.records_reads}, {self.reads_days} and {self.entries_days} days"
