"""Lists of people that may be long: one page of them, found by name or address."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.http import urlencode

from steward.lib.ids import read_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: people that `query` names, after the one with the id `after`."""

    query: str
    after: UUID | None

    def context(self, following: UUID | None) -> dict[str, object]:
        """What `_find_people.html` and `_more_people.html` show; `following` is the last one of a page that is full."""
        query = {"q": self.query} if self.query else {}
        return {
            "people_query": self.query,
            "people_next": f"?{urlencode({**query, 'after': str(following)})}" if following else "",
            "is_long": bool(self.query or self.after or following),
        }


def asked_for(request: HttpRequest) -> Asked:
    """Raises 404 for a page that begins nowhere."""
    text = request.GET.get("after", "")
    after = read_id(text)
    if text and after is None:
        raise Http404("no such page of the list")
    return Asked(request.GET.get("q", "").strip()[:200], after)
