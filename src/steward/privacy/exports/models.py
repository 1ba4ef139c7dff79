"""Which exports were asked for, and how far they are."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from steward.contacts.models import Contact
from steward.files.models import File
from steward.lib.clock import now
from steward.privacy.inventory import impersonal
from steward.privacy.keys.fields import SecretField
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.models import AccountOwned, Ref

DAYS, MOST_DAYS = 7, 30  # that an archive is kept: unless told otherwise, and at most


class Export(AccountOwned):
    """One export of one person. What was in it is only in the archive, and goes with it."""

    class Kind(models.TextChoices):
        ACCESS = "access"  # GDPR article 15: everything that is held
        PORTABILITY = "portability"  # 20: what the person gave

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        EXPIRED = "expired"  # the archive is deleted: in time, or because somebody said so
        FAILED = "failed"

    kind = impersonal(models.TextField(choices=Kind.choices))
    state = impersonal(models.TextField(choices=State.choices, default=State.WAITING))
    contact = impersonal(Ref(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    request = impersonal(Ref(PrivacyRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    language = impersonal(models.TextField())  # of its pages: a code of LANGUAGES
    with_notes = impersonal(models.BooleanField(default=False))
    days = impersonal(models.PositiveSmallIntegerField(default=DAYS))
    done = impersonal(models.IntegerField(default=0))  # steps of `steps`
    steps = impersonal(models.IntegerField(default=0))
    # Of the archive, under the account's key; forgotten when it has been shown.
    passphrase = impersonal(SecretField())
    passphrase_shown_at = impersonal(models.DateTimeField(null=True, blank=True))
    file = impersonal(Ref(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+"))
    size = impersonal(models.BigIntegerField(default=0))  # bytes of the archive
    asked_by_kind = impersonal(models.TextField())
    asked_by_id = impersonal(models.UUIDField(null=True, blank=True))
    asked_at = impersonal(models.DateTimeField())
    finished_at = impersonal(models.DateTimeField(null=True, blank=True))
    expires_at = impersonal(models.DateTimeField(null=True, blank=True))
    withdrawn_at = impersonal(models.DateTimeField(null=True, blank=True))  # something in it was purged or redacted
    downloads = impersonal(models.IntegerField(default=0))
    last_download_at = impersonal(models.DateTimeField(null=True, blank=True))
    # A link for the person, who signs in nowhere: SHA-256 of its token, which is shown once. NULL: there is none.
    link_hash = impersonal(models.BinaryField(null=True, blank=True))
    link_made_at = impersonal(models.DateTimeField(null=True, blank=True))
    link_downloads = impersonal(models.IntegerField(default=0))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "link_hash"], name="exports_export_link")]
        indexes: ClassVar = [
            models.Index(fields=["account", "-asked_at"], name="exports_export_newest"),
            models.Index(fields=["account", "contact"], name="exports_export_contact"),
            models.Index(fields=["account", "request"], name="exports_export_request"),
            models.Index(fields=["account", "file"], name="exports_export_file"),
            models.Index(
                fields=["account", "expires_at"], condition=models.Q(state="ready"), name="exports_export_expiring"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    def is_there(self, at: datetime | None = None) -> bool:
        """Whether the archive can be downloaded: not any more from the second on at which it expires."""
        ends = self.expires_at
        return self.state == self.State.READY and ends is not None and (at or now()) < ends
