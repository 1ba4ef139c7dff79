"""Tickets that are about to be erased: what is written to them goes elsewhere, and nobody brings them back."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import QuerySet

from steward.privacy.erasure.models import Erasure


def going(tickets: Iterable[UUID]) -> set[UUID]:
    """Those of the tickets that an erasure was ordered for which is not done yet. Callers hold the tickets' locks."""
    wanted = {str(ticket): ticket for ticket in tickets}
    if not wanted:
        return set()
    ordered = _ordered().filter(extent__tickets__has_any_keys=list(wanted))
    return {wanted[key] for key in _tickets_of(ordered) if key in wanted}


def going_now() -> list[UUID]:
    """All of them."""
    return [UUID(key) for key in _tickets_of(_ordered())]


def _ordered() -> "QuerySet[Erasure]":
    return Erasure.objects.filter(state=Erasure.State.RUNNING)


def _tickets_of(ordered: "QuerySet[Erasure]") -> Iterator[str]:
    for extent in ordered.values_list("extent", flat=True):
        if extent and not extent.get("keeps_tickets"):
            yield from extent.get("tickets", ())
