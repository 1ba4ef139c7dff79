"""What the hub of a process keeps of one account: who listens, how far it was read, who is where."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from steward.live import wire
from steward.live.stream import Stream
from steward.live.viewer import Viewer
from steward.live.wire import Happened, Present

Sight = tuple[bool, frozenset[UUID], UUID | None]


class Account:
    """The listeners of one account."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.position: int | None = None  # the last event that was read; None before the first question
        self.presence: Mapping[UUID, Present] | None = None
        self.presence_until = 0.0  # of the loop's clock: then some of it may have expired

    def tell_events(self, events: Sequence[Happened]) -> None:
        """Tell all who may hear of them. Bytes are made once for those who see the same."""
        self.position = events[-1].position
        is_for_members = any(event.members for event in events)
        chunks: dict[Sight, bytes] = {}
        for stream in self.streams:
            if not stream.is_ready:
                continue
            if stream.position >= events[0].position:  # it has some of them from catching up
                chunk = wire.told(heard_by(stream.viewer, events, after=stream.position))
            else:
                sight = _sight(stream.viewer, is_for_members)
                if sight not in chunks:
                    chunks[sight] = wire.told(heard_by(stream.viewer, events))
                chunk = chunks[sight]
            stream.push(chunk)
            stream.position = max(stream.position, self.position)

    def tell_presence(self, presence: Mapping[UUID, Present]) -> None:
        """Tell what is not as it was told before."""
        before = self.presence or {}
        changed = [place for key, place in presence.items() if before.get(key) != place]
        changed += [place.left() for key, place in before.items() if key not in presence]
        self.presence = presence
        if not changed:
            return
        chunks: dict[Sight, bytes] = {}
        for stream in self.streams:
            if stream.is_ready:
                sight = _sight(stream.viewer, False)
                if sight not in chunks:
                    seen = list(seen_by(stream.viewer, changed))
                    chunks[sight] = wire.presence(seen) if seen else b""
                stream.push(chunks[sight])


def heard_by(viewer: Viewer, events: Iterable[Happened], *, after: int = 0) -> Iterable[Happened]:
    """Those of the events that are for this viewer."""
    return (e for e in events if e.position > after and viewer.may_hear(e.departments, e.members))


def seen_by(viewer: Viewer, places: Iterable[Present]) -> Iterable[Present]:
    """Those of the places that this viewer may look at."""
    return (place for place in places if viewer.may_hear(place.departments, frozenset()))


def _sight(viewer: Viewer, is_for_members: bool) -> Sight:
    return viewer.sees_all, viewer.departments, viewer.membership_id if is_for_members else None
