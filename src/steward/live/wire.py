"""What goes over a stream (HTML, "Server-sent events"): ids, kinds, positions and ticket codes; no names, no text."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

OPENING: Mapping[str, Any] = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),  # nginx would hold it back
        (b"x-content-type-options", b"nosniff"),
    ],
}


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as far as streams tell it."""

    position: int
    kind: str
    object_type: str
    object_id: UUID
    by: UUID | None
    code: str | None
    departments: frozenset[UUID]
    members: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Present:
    """Who is at an object now."""

    code: str
    departments: frozenset[UUID]
    looking: tuple[str, ...]
    writing: tuple[str, ...]

    def left(self) -> "Present":
        """The same place with nobody there."""
        return replace(self, looking=(), writing=())


def told(events: Iterable[Happened]) -> bytes:
    """The events in order; each can be resumed after."""
    return b"".join(_told(event) for event in events)


def _told(event: Happened) -> bytes:
    said = {"kind": event.kind, "type": event.object_type, "id": str(event.object_id)}
    if event.code:
        said["ticket"] = event.code
    if event.by:
        said["by"] = str(event.by)
    return b"id: %d\ndata: %b\n\n" % (event.position, _packed(said))


def reached(position: int, kind: str) -> bytes:
    """A message without content that says how far the account has come.

    `hello` opens a stream; `beat` comes now and then, so that both ends notice when the other is gone; `reset` says
    that too much was missed to tell it: everything shown is to be loaded anew.
    """
    return b"event: %b\nid: %d\ndata: {}\n\n" % (kind.encode(), position)


def presence(changed: Iterable[Present], *, is_all: bool = False) -> bytes:
    """Who is where, for objects where that changed; with `is_all` everything not named is empty."""
    places = {place.code: {"looking": place.looking, "writing": place.writing} for place in changed}
    return b"event: presence\ndata: %b\n\n" % _packed({"all": is_all, "at": places})


def _packed(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()
