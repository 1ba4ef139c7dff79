"""Reading events."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

from django.db import models

from steward.events.models import Event

FIRST_CHAIN = b"\0" * 32


def timeline_of(object_id: UUID) -> models.QuerySet[Event]:
    """The events of one object, oldest first."""
    return Event.objects.filter(object_id=object_id).order_by("at", "id")


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
    """The positions in the account's chain that do not verify: a missing event, or one that was changed."""
    previous, expected = FIRST_CHAIN, 1
    for event in Event.objects.filter(position__isnull=False).order_by("position").iterator():
        position = event.position or 0
        if position != expected or chain_link(previous, event) != bytes(event.chain or b""):
            yield position
        previous, expected = bytes(event.chain or b""), position + 1
