"""Recording events, and telling those who listen."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction

from steward.events.chain import digest_of
from steward.events.models import Event
from steward.events.subscriptions import run_subscribers
from steward.events.telling import EVENTS, tell
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.tenancy.scope import current_account_id

Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event about to be recorded."""

    kind: str
    target: models.Model
    changes: Changes | None = None


def record(kind: str, target: models.Model, *, actor: Actor, changes: Changes | None = None) -> Event:
    """Append one event in the current transaction.

    `changes` holds states, ids and counters as JSON values: never a name, an address or free text.
    """
    return record_many([Happening(kind, target, changes)], actor=actor)[0]


def record_many(happenings: Iterable[Happening], *, actor: Actor) -> list[Event]:
    """Append several events in one statement, then run the subscribers that belong into this transaction.

    Who listens is told after the commit.
    """
    at = now()
    events = [_event(happening, actor, at) for happening in happenings]
    Event.objects.bulk_create(events)
    run_subscribers(events)
    if events:
        transaction.on_commit(partial(tell, EVENTS, current_account_id()))
    return events


def _event(happening: Happening, actor: Actor, at: Any) -> Event:
    salt = secrets.token_bytes(16)
    # As it will be read back: subscribers and the digest see what the column holds.
    changes = json.loads(json.dumps(dict(happening.changes or {}), default=_plain))
    target = happening.target
    return Event(
        kind=happening.kind,
        object_type=target._meta.label_lower,
        object_id=target.pk,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        at=at,
        changes=changes,
        salt=salt,
        digest=digest_of(salt, changes),
    )


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an event")
