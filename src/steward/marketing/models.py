"""Who said that the operator may write to them."""

from typing import ClassVar

from django.db import models

from steward.lib.ids import new_id


class MarketingConsent(models.Model):
    """One person of one account, encrypted. Of who did not say yes there is no row, and of who took it back neither."""

    class Channel(models.TextChoices):
        SIGN_UP = "sign_up"
        SETTINGS = "settings"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account_id = models.UUIDField()  # bare: the account may be gone
    address_hash = models.BinaryField()  # keyed
    person = models.BinaryField()  # `{"email", "name", "company"}` as JSON, under the installation's key
    language = models.TextField()  # of the words they read
    text_version = models.IntegerField()  # of `consents.TEXTS`
    channel = models.TextField(choices=Channel.choices)
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # once the account has ended

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_id", "address_hash"], name="marketing_consent_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["ends_at"], condition=models.Q(ends_at__isnull=False), name="marketing_consent_ends")
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def context(self) -> str:
        """Where `person` is stored: it opens nowhere else."""
        return f"marketing_marketingconsent.person:{self.id}"
