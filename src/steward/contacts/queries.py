"""Reading contacts for screens."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import QuerySet

from steward.contacts.actions import fold_email
from steward.contacts.models import ContactAddress


def first_addresses(contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """The first address of each of the contacts, as written."""
    if not contact_ids:
        return {}
    found = ContactAddress.objects.filter(contact__in=contact_ids).order_by("-id")
    return dict(found.values_list("contact_id", "value"))


def strangers_among(emails: Iterable[str]) -> list[str]:
    """Those of the addresses, folded, that belong to no contact."""
    folded = {fold_email(email) for email in emails}
    return sorted(folded - set(_of(folded).values_list("folded", flat=True)))


def contacts_behind(folded: Collection[str]) -> set[UUID]:
    """The contacts that folded e-mail addresses belong to."""
    if not folded:
        return set()
    return set(_of(folded).values_list("contact_id", flat=True))


def _of(folded: Collection[str]) -> QuerySet[ContactAddress]:
    return ContactAddress.objects.filter(kind=ContactAddress.Kind.EMAIL, folded__in=folded)
