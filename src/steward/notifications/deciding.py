"""Who is told of an event, and why. Pure: it gets what it needs, and looks nothing up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from steward.notifications.wishes import Kind


@dataclass(frozen=True, slots=True)
class Person:
    """A member, and which tickets they see: those of `departments`, or all."""

    id: UUID
    sees_all: bool = False
    departments: frozenset[UUID] = frozenset()

    def sees(self, department: UUID) -> bool:
        return self.sees_all or department in self.departments

    def works_in(self, department: UUID) -> bool:
        """Whether new tickets there are theirs to look after. An owner without departments looks after all of them."""
        return department in self.departments or (self.sees_all and not self.departments)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event of a ticket, with what its ticket is like now. `by` is the member who caused it, if one did."""

    event: UUID
    kind: str
    ticket: UUID
    department: UUID
    assignee: UUID | None = None
    by: UUID | None = None
    is_hidden: bool = False  # spam, or deleted
    is_first: bool = False  # the message that opened the ticket
    is_automatic: bool = False  # the message was written by a machine
    given_to: UUID | None = None
    author: UUID | None = None  # of the answer that was not delivered
    mentioned: frozenset[UUID] = frozenset()
    took_part: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody is told of an event."""

    who: UUID
    kind: Kind
    occasion: Occasion = field(compare=False)

    @property
    def may_be_mailed(self) -> bool:
        """What a machine wrote causes no mail: so no mail of ours, however forwarded, ever causes another one."""
        return not self.occasion.is_automatic


def decide(occasions: Iterable[Occasion], people: Iterable[Person]) -> list[Told]:
    """Everybody who is told, in the order of the events; of one ticket nobody hears twice that it came to them."""
    known = list(people)
    told = [each for occasion in occasions if not occasion.is_hidden for each in _told_of(occasion, known)]
    given = {(each.who, each.occasion.ticket) for each in told if each.kind is Kind.ASSIGNED}
    return [e for e in told if e.kind is not Kind.NEW_TICKET or (e.who, e.occasion.ticket) not in given]


def _told_of(occasion: Occasion, people: list[Person]) -> Iterator[Told]:
    """Never the one who did it, and nobody who does not see the ticket."""
    for person in people:
        if person.id != occasion.by and person.sees(occasion.department):
            kind = _why(occasion, person)
            if kind:
                yield Told(person.id, kind, occasion)


def _why(occasion: Occasion, person: Person) -> Kind | None:
    if occasion.kind == "note.added":
        return Kind.MENTIONED if person.id in occasion.mentioned else None
    if occasion.kind == "ticket.assigned":
        # Given on meanwhile, it is no longer theirs.
        return Kind.ASSIGNED if person.id == occasion.given_to == occasion.assignee else None
    if occasion.kind == "message.received":
        return Kind.ANSWERED if _waits_for_an_answer(occasion, person) else None
    if occasion.author:
        return Kind.FAILED if person.id == occasion.author else None
    return Kind.NEW_TICKET if _is_new_to(occasion, person) else None


def _waits_for_an_answer(occasion: Occasion, person: Person) -> bool:
    """Whoever has the ticket; while nobody has, those who wrote in it. What machines answer is no answer."""
    if occasion.is_first or occasion.is_automatic:
        return False
    return person.id == occasion.assignee if occasion.assignee else person.id in occasion.took_part


def _is_new_to(occasion: Occasion, person: Person) -> bool:
    """A customer opened it, or it was moved here, and nobody has it. What an agent composed has somebody."""
    if not person.works_in(occasion.department) or occasion.assignee:
        return False
    return occasion.kind == "ticket.transferred" or (occasion.kind == "ticket.created" and occasion.by is None)
