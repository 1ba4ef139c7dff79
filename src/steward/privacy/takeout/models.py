"""Which copies of everything were ordered, and how far they are."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from steward.files.models import File
from steward.lib.clock import now
from steward.privacy.inventory import impersonal
from steward.privacy.keys.fields import SecretField
from steward.tenancy.models import AccountOwned, Ref

KEPT = timedelta(days=7)  # that an archive can be downloaded


class AccountCopy(AccountOwned):
    """One copy of everything. What was in it is only in the archive, and goes with it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        EXPIRED = "expired"  # the archive is deleted: in time, or because somebody said so
        HANDED_OUT = "handed_out"  # written to a file on the command line; nothing of it is kept
        FAILED = "failed"

    OPEN: ClassVar = (State.WAITING, State.RUNNING)

    state = impersonal(models.TextField(choices=State.choices, default=State.WAITING))
    # Of the archive, under the account's key; forgotten when it has been shown.
    passphrase = impersonal(SecretField())
    passphrase_shown_at = impersonal(models.DateTimeField(null=True, blank=True))
    file = impersonal(Ref(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+"))
    size = impersonal(models.BigIntegerField(default=0))  # bytes of the archive
    sha256 = impersonal(models.CharField(max_length=64, blank=True, default=""))  # of the archive
    records = impersonal(models.BigIntegerField(default=0))  # lines in it
    files = impersonal(models.BigIntegerField(default=0))  # files and mails in it
    unreadable = impersonal(models.BigIntegerField(default=0))  # of these, named in it and not there
    is_checking = impersonal(models.BooleanField(default=False))  # written, and being read back
    done = impersonal(models.BigIntegerField(default=0))  # of `steps`
    steps = impersonal(models.BigIntegerField(default=0))
    asked_by_kind = impersonal(models.TextField())
    asked_by_id = impersonal(models.UUIDField(null=True, blank=True))
    asked_at = impersonal(models.DateTimeField())
    begun_at = impersonal(models.DateTimeField(null=True, blank=True))  # the last time
    finished_at = impersonal(models.DateTimeField(null=True, blank=True))
    expires_at = impersonal(models.DateTimeField(null=True, blank=True))
    withdrawn_at = impersonal(models.DateTimeField(null=True, blank=True))  # something in it went since
    downloads = impersonal(models.IntegerField(default=0))
    last_download_at = impersonal(models.DateTimeField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            # Two would read everything twice, and nobody would know which passphrase is whose.
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="takeout_accountcopy_one_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-asked_at"], name="takeout_accountcopy_newest"),
            models.Index(fields=["account", "file"], name="takeout_accountcopy_file"),
            models.Index(  # what ends by the clock
                fields=["account"],
                condition=models.Q(state__in=["waiting", "running", "ready"]),
                name="takeout_accountcopy_there",
            ),
        ]

    def __str__(self) -> str:
        return f"copy of everything, {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return self.state in self.OPEN

    def is_there(self, at: datetime | None = None) -> bool:
        """Whether the archive can be downloaded: not any more from the second on at which it expires."""
        ends = self.expires_at
        return self.state == self.State.READY and ends is not None and (at or now()) < ends

    @property
    def percent(self) -> int:
        """How much of it is made, at most 99 until it is."""
        return min(99, 100 * self.done // self.steps) if self.steps else 0
