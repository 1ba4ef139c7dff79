"""What an account has let support see, and who of them looked."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from steward.lib.clock import now
from steward.people.models import Membership
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountManager, AccountOwned, AccountQuerySet, Ref

LONGEST = timedelta(days=7)  # of a grant; there is none without an end
USUAL_HOURS = 24


class Area(models.TextChoices):
    """Parts of an account that a grant opens, each by itself."""

    TICKETS = "tickets"  # tickets with their messages and notes, and what those who wrote are called
    CUSTOMERS = "customers"  # customers, with their addresses
    SETTINGS = "settings"  # departments, members, mail accounts: how it is set up, without secrets
    PRIVACY = "privacy"  # requests, holds and what happened, without names
    EXPORT = "export"  # a copy of everything, by the command line


class Deed(StrEnum):
    """How far what is granted goes. Reading is always let; each of the others has a box of its own."""

    READ = "read"
    WRITE = "write"  # notes and states of tickets, and commands that change something
    ERASE = "erase"  # commands that erase, or make words unreadable: nothing brings it back


_BOXES: Mapping[Deed, Mapping[str, bool]] = {
    Deed.READ: {}, Deed.WRITE: {"may_write": True}, Deed.ERASE: {"may_erase": True}
}  # fmt: skip


class GrantQuerySet(AccountQuerySet["SupportGrant"]):
    def running(self) -> "GrantQuerySet":
        """Granted, begun and not over. The database asks the same before it shows a row (`0002_staff`)."""
        at = now()
        return self.filter(state=SupportGrant.State.GRANTED, starts_at__lte=at, expires_at__gt=at)

    def over(self) -> "GrantQuerySet":
        """Granted, and past its end: nobody has written that down yet."""
        return self.filter(state=SupportGrant.State.GRANTED, expires_at__lte=now())

    def letting(self, deed: Deed) -> "GrantQuerySet":
        """Those that let support do it."""
        return self.filter(**_BOXES[deed])


class GrantManager(AccountManager["SupportGrant"]):
    """Grants of the account in scope."""

    queryset_class = GrantQuerySet

    def get_queryset(self) -> GrantQuerySet:
        return cast(GrantQuerySet, super().get_queryset())

    def running(self) -> GrantQuerySet:
        return self.get_queryset().running()

    def over(self) -> GrantQuerySet:
        return self.get_queryset().over()


class SupportGrant(AccountOwned):
    """Access that support asked for, or that the account offered, and what became of it.

    `granted` lasts from `starts_at` until just before `expires_at`. What was granted never changes.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        GRANTED = "granted"
        REFUSED = "refused"  # by the account
        WITHDRAWN = "withdrawn"  # by whoever asked
        REVOKED = "revoked"  # by the account, before its end
        ENDED = "ended"  # its time is over

    reason = impersonal(models.TextField())  # why, in the words of whoever asked or offered
    reference = impersonal(models.TextField(blank=True, default=""))  # a number in the hosting company's own records
    # Ids of identities; empty: everybody who is an operator.
    staff = impersonal(ArrayField(models.UUIDField(), default=list, blank=True))
    areas = impersonal(ArrayField(models.TextField(choices=Area.choices)))
    may_write = impersonal(models.BooleanField(default=False))
    may_erase = impersonal(models.BooleanField(default=False))  # by commands alone; no page of support does
    hours = impersonal(models.PositiveSmallIntegerField(default=USUAL_HOURS))  # asked for, or granted
    state = impersonal(models.TextField(choices=State.choices, default=State.REQUESTED))
    asked_by = impersonal(models.UUIDField(null=True))  # the identity of an operator; None: the account offered it
    asked_at = impersonal(models.DateTimeField())
    granted_by = impersonal(Ref(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    granted_at = impersonal(models.DateTimeField(null=True))
    starts_at = impersonal(models.DateTimeField(null=True))
    expires_at = impersonal(models.DateTimeField(null=True))
    answer = impersonal(models.TextField(blank=True, default=""))  # why it was refused or revoked, if they said
    ended_at = impersonal(models.DateTimeField(null=True))  # refused, withdrawn, revoked, or past its end
    reported_at = impersonal(models.DateTimeField(null=True))  # its owners have the closing report

    objects: ClassVar[GrantManager] = GrantManager()

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_at=None, expires_at=None)
                | Q(expires_at__gt=F("starts_at"), expires_at__lte=F("starts_at") + LONGEST),
                name="support_access_at_most_seven_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(starts_at__isnull=False, granted_at__isnull=False),
                name="support_access_granted_has_an_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-asked_at", "-id"], name="support_access_newest"),
            models.Index(fields=["account", "expires_at"], condition=Q(state="granted"), name="support_access_granted"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def is_open(self) -> bool:
        """Waits for an answer, or was granted and has neither ended nor been revoked."""
        return self.state in {self.State.REQUESTED, self.State.GRANTED}

    @property
    def is_running(self) -> bool:
        """What it opens can be seen now."""
        if self.state != self.State.GRANTED or self.starts_at is None or self.expires_at is None:
            return False
        return self.starts_at <= now() < self.expires_at


class SupportSession(AccountOwned):
    """One operator's use of a grant, from the first thing they saw until they left or it ended.

    Nobody uses two grants of an account at once: to begin with another ends what was begun. So what an operator read
    was read by the grant of their last session that had begun then.
    """

    class Ended(models.TextChoices):
        CLOSED = "closed"  # by the operator
        EXPIRED = "expired"
        REVOKED = "revoked"

    grant = impersonal(Ref(SupportGrant, on_delete=models.CASCADE, related_name="sessions"))
    user_id = impersonal(models.UUIDField())  # the identity of an operator
    began_at = impersonal(models.DateTimeField())
    ended_at = impersonal(models.DateTimeField(null=True))
    ended_because = impersonal(models.TextField(choices=Ended.choices, blank=True, default=""))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "grant", "user_id"], condition=Q(ended_at=None), name="support_access_one_session"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "grant", "began_at"], name="support_access_session"),
            models.Index(fields=["account", "user_id", "began_at"], name="support_access_operator"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user_id} from {self.began_at}"
