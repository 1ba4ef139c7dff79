"""A person's data in parts, each small enough to be held in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from steward.contacts.models import ContactAddress
from steward.privacy.inventory.exporting import Part
from steward.tickets.exporting import names_beside, visited_tickets
from steward.tickets.models import Ticket

PART = 50  # tickets


@dataclass(frozen=True, slots=True)
class Whole:
    """Whom an export is about, and what of theirs there is to go through."""

    contacts: tuple[UUID, ...]
    addresses: tuple[str, ...]
    tickets: Sequence[UUID]
    visited: Sequence[UUID]
    is_given: bool
    with_notes: bool
    others: frozenset[str]

    def parts(self) -> Iterator[Part]:
        """At least one, the newest tickets first."""
        for number in range(self.number):
            start = number * PART
            visited = start - len(self.tickets)
            yield Part(
                contacts=self.contacts,
                addresses=frozenset(self.addresses),
                tickets=tuple(self.tickets[start : start + PART]),
                visited=tuple(self.visited[max(0, visited) : max(0, visited + PART)]),
                is_first=number == 0,
                is_given=self.is_given,
                with_notes=self.with_notes,
                others=self.others,
            )

    @property
    def number(self) -> int:
        """How many parts."""
        return max(1, -(-(len(self.tickets) + len(self.visited)) // PART))


def whole_of(contact: UUID, *, is_given: bool, with_notes: bool) -> Whole:
    """What there is of a contact of the account in scope."""
    addresses = ContactAddress.objects.filter(contact=contact).order_by("pk").values_list("folded", flat=True)
    own = Ticket.objects.filter(requester=contact).order_by("-pk").values_list("pk", flat=True)
    tickets, visited = list(own), visited_tickets((contact,), tuple(addresses))
    return Whole(
        contacts=(contact,),
        addresses=tuple(addresses),
        tickets=tickets,
        visited=visited,
        others=names_beside((contact,), [*tickets, *visited]),
        is_given=is_given,
        with_notes=with_notes,
    )
