"""What somebody is given of what was noted about their tickets and about them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import pgettext_lazy

from steward.events.models import Event
from steward.privacy.inventory.exporting import Part, Record, Section, moment, register


def _events(part: Part) -> Iterator[Record]:
    about = [*part.tickets, *(part.contacts if part.is_first else ())]
    if not about:
        return
    own = {str(key) for key in (*part.tickets, *part.contacts)}
    events = Event.objects.filter(object_id__in=about).order_by("object_id", "at", "pk")
    for one in events.iterator():
        yield {
            "at": moment(one.at),
            "what": one.kind,
            "about": str(one.object_id),
            "by": one.actor_kind,
            "changes": _without_others(one.changes or {}, own),
        }


def _without_others(value: Any, own: set[str]) -> Any:
    """The changes without ids of anybody else: agents, other customers, rows that the person could not look up."""
    if isinstance(value, dict):
        kept = {key: _without_others(inner, own) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None}
    if isinstance(value, list):
        return [inner for each in value if (inner := _without_others(each, own)) is not None]
    return None if isinstance(value, str) and _is_id(value) and value not in own else value


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


register(
    Section(
        name="events",
        title=pgettext_lazy("export of a person", "What was done with your tickets"),
        fields=frozenset({"events.Event.changes"}),
        records=_events,
        columns={
            "at": pgettext_lazy("export of a person", "When"),
            "what": pgettext_lazy("export of a person", "What was done"),
            "changes": pgettext_lazy("export of a person", "Details"),
        },
    )
)
