"""What is held back, why, and until when."""

from typing import ClassVar, cast

from django.db import models
from django.db.models import Q

from steward.lib.clock import now
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountManager, AccountOwned, AccountQuerySet


class HoldQuerySet(AccountQuerySet["LegalHold"]):
    def in_force(self) -> "HoldQuerySet":
        """Neither lifted nor over."""
        return self.filter(Q(until=None) | Q(until__gt=now()), lifted_at=None)


class HoldManager(AccountManager["LegalHold"]):
    """Holds of the account in scope."""

    queryset_class = HoldQuerySet

    def in_force(self) -> HoldQuerySet:
        return cast(HoldQuerySet, self.get_queryset()).in_force()


class LegalHold(AccountOwned):
    """One reason to keep something. It says of what by a bare id, and holds no words: it outlives what it was about."""

    class On(models.TextChoices):
        ACCOUNT = "account"  # everything in it
        CONTACT = "contact"  # with their tickets, and the tickets of others in which they wrote
        TICKET = "ticket"
        DEPARTMENT = "department"  # with the tickets that are in it
        PERIOD = "period"  # with the tickets that lived in it: from their creation to their last change

    class Basis(models.TextChoices):
        LEGAL_DUTY = "legal_duty"  # GDPR article 17(3)(b)
        PUBLIC_HEALTH = "public_health"  # (c)
        ARCHIVE = "archive"  # (d)
        CLAIMS = "claims"  # (e)
        RESTRICTION = "restriction"  # article 18(1)(b) and (c): the person asked that it be kept

    class Lifted(models.TextChoices):
        OVER = "over"  # what it was for is over: the claim is settled, the duty has run out
        ASKED = "asked"  # the person who asked for it asked that it end
        MISTAKE = "mistake"  # it should not have been placed

    on = impersonal(models.TextField(choices=On.choices))
    object_id = impersonal(models.UUIDField())  # of a period an id that nothing else has
    # A period: its first moment, and the first one after it. None: from the beginning, or to this day and on.
    begins_at = impersonal(models.DateTimeField(null=True, blank=True))
    ends_at = impersonal(models.DateTimeField(null=True, blank=True))
    basis = impersonal(models.TextField(choices=Basis.choices))
    until = impersonal(models.DateTimeField(null=True, blank=True))  # None: until it is lifted
    placed_by_kind = impersonal(models.TextField())
    placed_by_id = impersonal(models.UUIDField(null=True))
    placed_at = impersonal(models.DateTimeField())
    # The bare id of the member who answers for it, where somebody else placed it.
    approved_by_id = impersonal(models.UUIDField(null=True))
    lifted_by_kind = impersonal(models.TextField(blank=True, default=""))
    lifted_by_id = impersonal(models.UUIDField(null=True))
    lifted_at = impersonal(models.DateTimeField(null=True))
    lifted_because = impersonal(models.TextField(choices=Lifted.choices, blank=True, default=""))

    objects: ClassVar[HoldManager] = HoldManager()

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(on="period") | Q(begins_at__isnull=False) | Q(ends_at__isnull=False),
                name="holds_legalhold_period",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "object_id"], condition=Q(lifted_at__isnull=True), name="holds_legalhold_object"
            ),
            models.Index(fields=["account", "-placed_at"], name="holds_legalhold_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.basis} on {self.on} {self.object_id}"
