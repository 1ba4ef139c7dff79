"""Who somebody is: the contacts behind their addresses, and what is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from steward.contacts.actions import fold_email
from steward.contacts.models import Contact, ContactAddress
from steward.privacy.inventory.stores import Extent
from steward.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the account in scope knows them. `addresses` are folded, `tickets` those that are theirs."""

    contacts: tuple[UUID, ...]
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    tickets: tuple[UUID, ...]

    @property
    def extent(self) -> Extent:
        return Extent(tickets=self.tickets, contacts=self.contacts, addresses=self.addresses)

    @property
    def nameless_extent(self) -> Extent:
        """For who keeps the tickets and removes the person."""
        return Extent(contacts=self.contacts, addresses=self.addresses, keeps_tickets=True)


def person_by_address(address: str) -> Person | None:
    """Whoever has an e-mail address, with all of their other ones; None when nobody has it."""
    known = ContactAddress.objects.filter(folded=fold_email(address)).values("contact")
    return _person(list(Contact.objects.filter(pk__in=known).order_by("pk")))


def person_of(contact_id: UUID) -> Person | None:
    """The person a contact is; None when there is no such contact."""
    return _person(list(Contact.objects.filter(pk=contact_id)))


def _person(contacts: Sequence[Contact]) -> Person | None:
    if not contacts:
        return None
    addresses = ContactAddress.objects.filter(contact__in=contacts).order_by("pk").values_list("folded", flat=True)
    tickets = Ticket.objects.filter(requester__in=contacts).order_by("pk").values_list("pk", flat=True)
    names = tuple(contact.name for contact in contacts if contact.name)
    return Person(tuple(contact.pk for contact in contacts), names, tuple(addresses), tuple(tickets))
