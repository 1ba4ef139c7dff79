"""Customers, and how they go."""

from steward.contacts.models import Contact, ContactAddress
from steward.privacy.inventory.stores import Rank, Rows, register

register(
    Rows(
        "contacts.addresses", ContactAddress, Rank.PARTS,
        lambda extent: ContactAddress.objects.filter(contact__in=extent.contacts),
    ),
    Rows("contacts.contacts", Contact, Rank.PEOPLE, lambda extent: Contact.objects.filter(pk__in=extent.contacts)),
)  # fmt: skip
