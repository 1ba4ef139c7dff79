"""Reading events."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

from django.db import models

from steward.events.actions import digest_of
from steward.events.models import Event, EventClock
from steward.tenancy.reading import Reading

FIRST_CHAIN = b"\0" * 32


def timeline_of(object_id: UUID) -> models.QuerySet[Event]:
    """The events of one object, oldest first."""
    return Event.objects.filter(object_id=object_id).order_by("at", "id")


POSITION = Reading(lambda: EventClock.objects.order_by("id").values_list("position", flat=True)[:1])


def last_position() -> int:
    """How far the account has come; 0 before its first event."""
    return next(iter(POSITION()), 0)


def chain_link(previous: bytes, event: Event) -> bytes:
    """SHA-256(previous chain || position || fixed columns || digest), as the database's trigger computes it."""
    fixed = "|".join(
        (
            str(event.position),
            str(event.id),
            str(event.account_id),
            event.kind,
            event.object_type,
            str(event.object_id),
            event.actor_kind,
            str(event.actor_id or ""),
            f"{event.at:%Y-%m-%dT%H:%M:%S.%f}Z",
        )
    )
    return hashlib.sha256(previous + fixed.encode() + bytes(event.digest)).digest()


def broken_links() -> Iterator[int]:
    """The positions in the account's chain that do not verify.

    An event is missing or was changed, its changes do not fit their digest, or the clock knows of more events than
    there are. What was erased (changes and salt NULL) verifies by its digest alone.
    """
    previous, expected = FIRST_CHAIN, 1
    for event in Event.objects.filter(position__isnull=False).order_by("position").iterator():
        position, chain = event.position or 0, bytes(event.chain or b"")
        if position != expected or chain_link(previous, event) != chain or not _fits_its_digest(event):
            yield position
        previous, expected = chain, position + 1
    clock = EventClock.objects.first()
    if clock is not None and (clock.position, bytes(clock.chain)) != (expected - 1, previous):
        yield clock.position


def _fits_its_digest(event: Event) -> bool:
    if event.salt is None or event.changes is None:
        return event.salt is None and event.changes is None
    return digest_of(bytes(event.salt), event.changes) == bytes(event.digest)
