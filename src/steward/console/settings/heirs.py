"""Who gets the tickets of somebody who goes: a few to choose from, everybody else by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from steward.console.entrance import ConsoleRequest
from steward.lib.ids import read_id
from steward.people.choosing import LONGEST, Choice, few_among, find_among
from steward.people.models import Membership
from steward.people.queries import colleagues_of, others_than


@dataclass(frozen=True, slots=True)
class Heirs:
    """Whom the page offers, what was looked for, and who is chosen by the address (`to`) or by the form."""

    offered: Choice
    query: str
    chosen: Membership | None


def heirs_of(request: ConsoleRequest, leaving: Membership) -> Heirs:
    """Everybody else when they are few; when not, oneself and those of the same departments, or whom `q` names."""
    others, query = others_than(leaving), request.GET.get("q", "").strip()
    offered = find_among(others, query) if query else few_among(others, _likely(request.me, leaving))
    wanted = read_id(request.POST.get("tickets_to", "") or request.GET.get("to", ""))
    chosen = others.filter(pk=wanted).first() if wanted else None
    return Heirs(offered, query[:LONGEST], chosen)


def _likely(me: Membership, leaving: Membership) -> Iterator[UUID]:
    yield me.pk
    yield from colleagues_of(leaving)
