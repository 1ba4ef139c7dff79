"""Customers, and how they go."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from steward.contacts.models import Contact, ContactAddress
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, register, takes_in


class Nameless:
    """Contacts whose tickets stay: nobody's name is left, only that these tickets were of one person."""

    name, rank = "contacts.nameless", Rank.PEOPLE
    models = frozenset({Contact._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.keeps_tickets:
            return []
        return list(Contact.objects.filter(pk__in=extent.contacts).order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        return Contact.objects.filter(pk__in=list(keys)).update(name="", language="")

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the name is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return Contact.objects.filter(pk__in=list(keys)).exclude(Q(name="") & Q(language="")).count()


@takes_in
def _addresses(extent: Extent) -> Extent:
    """Also those that a contact has got since: a restored backup knows them only by their contact."""
    if not extent.contacts:
        return extent
    theirs = ContactAddress.objects.filter(contact__in=extent.contacts).order_by("pk")
    return replace(extent, addresses=(*extent.addresses, *theirs.values_list("folded", flat=True)))


register(
    Rows(
        "contacts.addresses", ContactAddress, Rank.PARTS,
        lambda e: ContactAddress.objects.filter(contact__in=e.contacts) if e.contacts else None,
    ),
    Rows(
        "contacts.contacts", Contact, Rank.PEOPLE,
        lambda e: Contact.objects.filter(pk__in=e.contacts) if e.contacts and not e.keeps_tickets else None,
    ),
    Nameless(),
)  # fmt: skip
