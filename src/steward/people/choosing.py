"""Choosing somebody out of thousands: a few to begin with, everybody else by what one types."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from uuid import UUID

from django.db.models import QuerySet

from steward.lib.alphabet import alphabetical
from steward.lib.fold import fold
from steward.people.models import Membership

FEW = 20  # are shown before anything is typed, and of those found
LONGEST = 200  # characters that are looked for


@dataclass(frozen=True, slots=True)
class Choice:
    """Some members, the best first, and whether these are all who could be chosen, or `count` all who were found."""

    members: list[Membership]
    is_whole: bool
    count: int


def few_among(members: QuerySet[Membership], likely: Iterable[UUID | None]) -> Choice:
    """All of the members by name when they are few; else those of them who are `likely`, the likeliest first.

    One query where they are few, one more else, however many there are; `likely` is not read where they are few.
    """
    some = list(members[: FEW + 1])
    if len(some) <= FEW:
        return Choice(sorted(some, key=lambda each: alphabetical(each.name)), is_whole=True, count=len(some))
    order = [key for key in dict.fromkeys(likely) if key]
    found = sorted(members.filter(pk__in=order), key=lambda each: order.index(each.pk))[:FEW]
    return Choice(found, is_whole=False, count=len(found))


def find_among(members: QuerySet[Membership], query: str, *, is_begun: bool = False) -> Choice:
    """The members whom `query` names: each word of it is in the name or begins the address, whatever case and accents.

    First come those whose name, or a later word of it, begins with the query, then those whose address does. With
    `is_begun` no others come. Two queries; folded here as the search is, which the database cannot.
    """
    wanted = " ".join(fold(query[:LONGEST]).split())
    ranked = []
    for key, name, address in members.values_list("pk", "name", "user__email"):
        rank = _rank(wanted, " ".join(fold(name).split()), fold(address))
        if rank is not None and (rank < _SOMEWHERE or not is_begun):
            ranked.append((rank, name, key))
    best = nsmallest(FEW, ranked, key=lambda each: (each[0], alphabetical(each[1])))
    known = members.in_bulk([key for _rank, _name, key in best])
    return Choice([known[key] for *_, key in best], is_whole=False, count=len(ranked))


_SOMEWHERE = 2


def _rank(wanted: str, name: str, address: str) -> int | None:
    """0 when a word of the name is where the wanted begins, 1 for the address; None when a word is in neither."""
    if f" {wanted}" in f" {name}":
        return 0
    if address.startswith(wanted):
        return 1
    return _SOMEWHERE if all(word in name or address.startswith(word) for word in wanted.split()) else None
