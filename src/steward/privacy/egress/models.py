"""The ledgers of what left, and the destinations an account declared."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from steward.lib.ids import new_id
from steward.privacy.inventory import impersonal
from steward.privacy.keys.fields import SecretField
from steward.tenancy.models import AccountOwned


class EgressEvent(AccountOwned):
    """One passage through the gate, or one denial, of one account. Append-only; never the payload.

    Written before the first byte leaves; `bytes` follows once when the connection ends, and stays empty when the
    process died before. A trigger refuses every other change.
    """

    traffic = impersonal(models.CharField(max_length=1, blank=True))  # a TrafficClass; empty: no such host known
    engagement_id = impersonal(models.UUIDField(null=True))  # class S: the unit of authorisation
    purpose = impersonal(models.TextField())
    categories = impersonal(ArrayField(models.TextField()))  # fideslang keys
    host = impersonal(models.TextField())  # a server's name; which person was concerned is not kept
    port = impersonal(models.IntegerField())
    from_region = impersonal(models.TextField())
    to_country = impersonal(models.CharField(max_length=2, blank=True))  # as the registry has it; empty: not known
    bytes = impersonal(models.BigIntegerField(null=True))  # sent by us, below TLS
    is_allowed = impersonal(models.BooleanField())
    reason_code = impersonal(models.TextField())  # a Reason
    registry_version = impersonal(models.IntegerField(null=True))
    vendor_dpa_id = impersonal(models.UUIDField(null=True))
    tenant_dpa_id = impersonal(models.UUIDField(null=True))
    at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [models.Index(fields=["account", "-at", "-id"], name="egress_event_at")]

    def __str__(self) -> str:
        return f"{self.traffic} {self.purpose} {self.host} {self.reason_code}"


class InstallationEgress(models.Model):
    """What left for no account in particular: look-ups of names, and mail before there is an account.

    Look-ups are counted and written together (`calls`), everything else has a row of its own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    traffic = models.CharField(max_length=1, blank=True)
    purpose = models.TextField()
    categories = ArrayField(models.TextField())
    host = models.TextField()
    port = models.IntegerField()
    calls = models.IntegerField(default=1)
    bytes = models.BigIntegerField(null=True)
    is_allowed = models.BooleanField()
    reason_code = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="egress_installation_at")]

    def __str__(self) -> str:
        return f"{self.traffic} {self.purpose} {self.host} {self.reason_code}"


class Connector(AccountOwned):
    """A destination the account itself declared: its own mail server. What makes classes T and P known to the gate.

    It holds all it takes to sign in there; `routes.connector_route` makes a way of it.

    Retired rows stay: the ledger refers to what was in force then.
    """

    class Kind(models.TextChoices):
        SMTP = "smtp", _("SMTP server")
        IMAP = "imap", _("IMAP server")

    class Tls(models.TextChoices):
        IMPLICIT = "implicit", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")

    kind = impersonal(models.TextField(choices=Kind))
    host = impersonal(models.TextField())  # canonical form
    port = impersonal(models.IntegerField())
    tls = impersonal(models.TextField(choices=Tls))
    username = impersonal(models.TextField(blank=True, default=""))  # of a mailbox that belongs to the account
    password = impersonal(SecretField())
    declared_by_kind = impersonal(models.TextField())  # of an Actor
    declared_by_id = impersonal(models.UUIDField(null=True))  # the bare id: people are above this package
    declared_at = impersonal(models.DateTimeField())
    retired_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "kind", "host", "port", "username"],
                condition=models.Q(retired_at=None),
                name="egress_connector_declared_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.host}:{self.port}"
