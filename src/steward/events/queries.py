"""Reading events."""

from uuid import UUID

from django.db import models

from steward.events.models import Event, EventClock
from steward.tenancy.reading import Reading


def timeline_of(object_id: UUID) -> models.QuerySet[Event]:
    """The events of one object, oldest first."""
    return Event.objects.filter(object_id=object_id).order_by("at", "id")


POSITION = Reading(lambda: EventClock.objects.order_by("id").values_list("position", flat=True)[:1])


def last_position() -> int:
    """How far the account has come; 0 before its first event."""
    return next(iter(POSITION()), 0)
