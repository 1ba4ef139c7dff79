"""What stays of an account when its data are deleted: how that went, its certificates, and invoices that law keeps.

None of it is the account's: it has no rows any more. Counts, dates and ids, and for some weeks, encrypted, to whom the
certificates are mailed.
"""

from typing import ClassVar

from django.db import models

from steward.lib.ids import new_id
from steward.privacy.inventory import impersonal
from steward.tenancy.models import Account

ADDRESSES = "lifecycle_departure.told"  # before the id: the context under which they are encrypted


class Departure(models.Model):
    """How the data of one account are deleted: how many there were, how far it is, who hears of the end."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="departure")
    is_ordered = models.BooleanField(default=False)  # by an owner, who did not wait
    begun_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)
    told = models.BinaryField(default=b"")  # whom, and by whom it ended: under the installation's key, until it is gone
    before = impersonal(models.JSONField(default=dict), keys=("*",))  # table or other store -> how many
    erased = impersonal(models.JSONField(default=dict), keys=("*",))
    # Where the deleting of rows is: those of this table up to this id are gone.
    reached_table = models.TextField(blank=True, default="")
    reached_id = models.UUIDField(null=True)
    key_destroyed_at = models.DateTimeField(null=True)
    key_copies = models.IntegerField(null=True)  # in so many copies of the keys it was; None: they were out of reach
    deleted_at = models.DateTimeField(null=True)
    backups_end_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, default="")  # why it does not go on: the name of a store

    def __str__(self) -> str:
        return str(self.account_id)


class AccountCertificate(models.Model):
    """What is certified to whoever owned an account, once and for good. The primary key is its number."""

    class Of(models.TextChoices):
        DELETED = "deleted"  # no active data
        GONE = "gone"  # no backup either

    number = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="certificates")
    of = models.TextField(choices=Of.choices)
    content = models.TextField()  # canonical JSON
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "of"], name="lifecycle_accountcertificate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.of}"


class KeptInvoice(models.Model):
    """An invoice of an account that is deleted: whoever issued it has to keep it for some years."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    number = models.TextField()
    issued_to = models.TextField()  # the company, as the account was called
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)  # ISO 4217
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.TextField()
    settled_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "number"], name="lifecycle_keptinvoice_number"),
        ]

    def __str__(self) -> str:
        return self.number
