"""Customers and how to reach them."""

from typing import ClassVar

from django.db import models

from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref


class Contact(AccountOwned):
    """A customer of the account. Never a user: customers have no sign-in among agents."""

    name = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.name", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    language = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.demographic.language", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    created_at = impersonal(models.DateTimeField())

    def __str__(self) -> str:
        return str(self.id)


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
