"""Reading contacts for screens."""

from collections.abc import Collection
from uuid import UUID

from steward.contacts.models import ContactAddress


def first_addresses(contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """The first address of each of the contacts, as written."""
    if not contact_ids:
        return {}
    found = ContactAddress.objects.filter(contact__in=contact_ids).order_by("-id")
    return dict(found.values_list("contact_id", "value"))
