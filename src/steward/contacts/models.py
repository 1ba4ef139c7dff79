"""Customers and how to reach them."""

from typing import ClassVar

from django.db import models

from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref


class Contact(AccountOwned):
    """A customer of the account. Never a user: customers have no sign-in among agents."""

    class Ground(models.TextChoices):
        """Why their data are kept and not used (GDPR article 18(1))."""

        CONTESTED = "contested"  # (a): until it is checked what is true
        UNLAWFUL = "unlawful"  # (b): they want it kept and not erased
        CLAIMS = "claims"  # (c): they need it for a claim of theirs
        OBJECTED = "objected"  # (d): until it is decided whose reasons weigh more

    name = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.name", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    language = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.demographic.language", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    created_at = impersonal(models.DateTimeField())
    restricted_at = impersonal(models.DateTimeField(null=True, blank=True))
    restricted_for = impersonal(models.TextField(choices=Ground.choices, blank=True, default=""))
    objected_at = impersonal(models.DateTimeField(null=True, blank=True))  # to direct mail (article 21(2))
    # Since when nothing else of theirs is here, as retention saw it in a night.
    alone_since = impersonal(models.DateTimeField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(restricted_at=None) | ~models.Q(restricted_for=""),
                name="contacts_restricted_with_ground",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "alone_since"], condition=models.Q(alone_since__isnull=False),
                name="contacts_contact_alone",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_restricted(self) -> bool:
        """Whether their data are only kept."""
        return self.restricted_at is not None


class ContactAddress(AccountOwned):
    """One address of a contact. `value` is as written, `folded` is what it is found by."""

    class Kind(models.TextChoices):
        EMAIL = "email"

    contact = impersonal(Ref(Contact, on_delete=models.CASCADE, related_name="addresses"))
    kind = impersonal(models.TextField(choices=Kind.choices, default=Kind.EMAIL))
    value = personal(models.TextField(), Whose.CONTACT, "user.contact.email", purpose="support", erase=Erase.DELETE_ROW)
    folded = personal(
        models.TextField(), Whose.CONTACT, "user.contact.email", purpose="support", erase=Erase.DELETE_ROW,
        export=False,
    )  # fmt: skip

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind", "folded"], name="contacts_contactaddress_value"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "contact"], name="contacts_address_contact")]

    def __str__(self) -> str:
        return str(self.id)
