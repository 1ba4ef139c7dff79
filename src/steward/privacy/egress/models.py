"""All the gate reads and writes: ledgers, an account's own destinations, the registry, an account's terms."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from steward.lib.ids import new_id
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.privacy.keys.fields import SecretField
from steward.tenancy.models import AccountOwned


class EgressEvent(AccountOwned):
    """One passage through the gate, or one denial, of one account. Append-only; never the payload.

    Written before the first byte leaves; `bytes` follows once when the connection ends, and stays empty when the
    process died before. A trigger refuses every other change.
    """

    traffic = impersonal(models.CharField(max_length=1, blank=True))  # a TrafficClass; empty: no such host known
    engagement = impersonal(models.TextField(blank=True, default=""))  # class S: its key in the registry
    purpose = impersonal(models.TextField())
    categories = impersonal(ArrayField(models.TextField()))  # fideslang keys
    host = impersonal(models.TextField())  # a server's name; which person was concerned is not kept
    port = impersonal(models.IntegerField())
    from_region = impersonal(models.TextField())
    # As the registry has it, or the account's instruction; empty: not known.
    to_country = impersonal(models.CharField(max_length=2, blank=True))
    bytes = impersonal(models.BigIntegerField(null=True))  # sent by us, below TLS
    is_allowed = impersonal(models.BooleanField())
    reason_code = impersonal(models.TextField())  # a Reason
    registry_version = impersonal(models.IntegerField(null=True))
    vendor_agreement = impersonal(models.TextField(blank=True, default=""))  # its version in the registry
    agreement_id = impersonal(models.UUIDField(null=True))  # the account's own, in force then
    connector_id = impersonal(models.UUIDField(null=True))  # classes T and P: the account's instruction, in force then
    at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "-at", "-id"], name="egress_event_at"),
            # What people narrow the ledger to, so that what is rare is found as quickly.
            models.Index(fields=["account", "host", "-at", "-id"], name="egress_event_host"),
            models.Index(fields=["account", "purpose", "-at", "-id"], name="egress_event_purpose"),
            models.Index(
                fields=["account", "-at", "-id"], condition=models.Q(is_allowed=False), name="egress_event_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.traffic} {self.purpose} {self.host} {self.reason_code}"


class InstallationEgress(models.Model):
    """What left for no account in particular: look-ups of names, and mail before there is an account.

    Look-ups are counted and written together (`calls`), everything else has a row of its own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    traffic = models.CharField(max_length=1, blank=True)
    engagement = models.TextField(blank=True, default="")  # class S: its key in the registry
    purpose = models.TextField()
    categories = ArrayField(models.TextField())
    host = models.TextField()
    port = models.IntegerField()
    calls = models.IntegerField(default=1)
    bytes = models.BigIntegerField(null=True)
    is_allowed = models.BooleanField()
    reason_code = models.TextField()
    registry_version = models.IntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="egress_installation_at")]

    def __str__(self) -> str:
        return f"{self.traffic} {self.purpose} {self.host} {self.reason_code}"


class Connector(AccountOwned):
    """A destination the account itself declared: its own mail server, or a service of its own choice spoken to over
    HTTP. What makes classes T and P known to the gate. Or one that the environment of the server names, where whoever
    runs Steward runs it for themselves (`environment`): that is only noted here, and holds no password.

    It holds all it takes to sign in there; `routes.connector_route` makes a way to a mail server of it.

    Retired rows stay: the ledger refers to what was in force then.
    """

    class Kind(models.TextChoices):
        SMTP = "smtp", _("SMTP server")
        IMAP = "imap", _("IMAP server")
        HTTP = "http", _("HTTP service")
        RELAY = "relay", _("mail server of the installation")
        FILES = "files", _("object store for files")
        BACKUPS = "backups", _("object store for backups")

    class Tls(models.TextChoices):
        IMPLICIT = "implicit", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("no TLS")  # a service in a network of the operator's own, and nothing else

    kind = impersonal(models.TextField(choices=Kind))
    host = impersonal(models.TextField())  # canonical form
    port = impersonal(models.IntegerField())
    tls = impersonal(models.TextField(choices=Tls))
    username = impersonal(models.TextField(blank=True, default=""))  # of a mailbox that belongs to the account
    password = impersonal(SecretField())
    # Of an HTTP service: the account's instruction, and how the service is called.
    purposes = impersonal(ArrayField(models.TextField(), default=list, blank=True))
    name = impersonal(models.TextField(blank=True, default=""))
    url = impersonal(models.TextField(blank=True, default=""))  # what its addresses begin with
    key_header = impersonal(models.TextField(blank=True, default=""))  # which header carries `password`
    country = impersonal(models.CharField(max_length=2, blank=True, default=""))  # where it is; empty: not known
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
            ),
            models.CheckConstraint(
                condition=models.Q(kind="http") ^ models.Q(purposes=[]), name="egress_connector_purposes"
            ),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=models.Q(retired_at=None, kind__in=["relay", "files", "backups"]),
                name="egress_connector_one_of_the_server",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.host}:{self.port}"


class RegistryVersion(models.Model):
    """One published version of the subprocessor registry. Immutable: a trigger refuses every change.

    The page, the feeds, the proxy's list and the content security policy are all made of `document`.
    """

    number = models.IntegerField(primary_key=True)  # 1, 2, 3, without gaps
    document = models.TextField()  # canonical JSON of `registry.document.Registry`
    sha256 = models.CharField(max_length=64)  # of `document`
    summary = models.JSONField(default=dict)  # what changed, in words by language
    published_at = models.DateTimeField()  # when it was announced
    effective_at = models.DateTimeField()  # when what widens stands for accounts under the usual notice
    binds_notice = models.BooleanField(default=True)  # False: the first version, and imported ones
    imported_at = models.DateTimeField(null=True)  # of a list of the past; then the times above are those it states
    drafted_by = models.UUIDField(null=True)  # operators, by their bare id: people are above this package
    approved_by = models.UUIDField(null=True)
    alone_because = models.TextField(blank=True, default="")  # why nobody second approved

    def __str__(self) -> str:
        return f"{self.number} of {self.published_at:%Y-%m-%d}"


class AccountTerms(AccountOwned):
    """What an agreement between the account and the provider means for the gate, from one moment to another."""

    class Mode(models.TextChoices):
        GENERAL = "general", _("general authorisation: changes are announced, and can be objected to")
        SPECIFIC = "specific", _("specific authorisation: nothing is used before it is agreed to")

    agreement_id = impersonal(models.UUIDField())  # the bare id: agreements are above this package
    notice_days = impersonal(models.IntegerField(default=30))
    mode = impersonal(models.TextField(choices=Mode, default=Mode.GENERAL))
    regions = impersonal(ArrayField(models.TextField(), default=list))  # data may go to; empty: the account's own
    effective_from = impersonal(models.DateTimeField())
    ends_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(ends_at=None), name="egress_terms_one_without_end"
            ),
            models.CheckConstraint(condition=models.Q(notice_days__gte=30), name="egress_terms_notice"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.notice_days} days"


class Authorisation(AccountOwned):
    """What an account has said about one engagement of the registry."""

    class State(models.TextChoices):
        AUTHORISED = "authorised", _("agreed to")
        OBJECTED = "objected", _("objected to")
        REFUSED = "refused", _("refused")

    class Resolution(models.TextChoices):
        FEATURE_OFF = "feature_off", _("the feature stays off")
        ALTERNATIVE = "alternative", _("another subprocessor does it")
        VENDOR_WITHDRAWN = "vendor_withdrawn", _("the subprocessor is not used after all")
        CONTRACT_END = "contract_end", _("the contract ends")

    engagement = impersonal(models.TextField())  # its key in the registry
    state = impersonal(models.TextField(choices=State))
    version = impersonal(models.IntegerField())  # of the registry, that was answered
    reason = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )  # in the words of the account
    by_kind = impersonal(models.TextField())  # of an Actor
    by_id = impersonal(models.UUIDField(null=True))
    at = impersonal(models.DateTimeField())
    resolution = impersonal(models.TextField(choices=Resolution, blank=True, default=""))
    resolution_words = impersonal(models.TextField(blank=True, default=""))
    resolved_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "engagement"], name="egress_authorisation_once")
        ]

    def __str__(self) -> str:
        return f"{self.engagement} {self.state}"
