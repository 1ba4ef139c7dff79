"""Who hears of an event inside the transaction that records it.

Only a few fast subscribers belong here (counters, search entries, due times). Everything else is a job.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from steward.events.models import Event

Subscriber = Callable[[Sequence[Event]], None]

_subscribers: defaultdict[str, list[Subscriber]] = defaultdict(list)


def subscribe(*kinds: str) -> Callable[[Subscriber], Subscriber]:
    """Run the decorated function, in the same transaction, with each batch of recorded events of these kinds."""

    def register(subscriber: Subscriber) -> Subscriber:
        for kind in kinds:
            _subscribers[kind].append(subscriber)
        return subscriber

    return register


def run_subscribers(events: Sequence[Event]) -> None:
    """Call each subscriber once with those of the events it asked for."""
    batches: dict[Subscriber, list[Event]] = {}
    for event in events:
        for subscriber in _subscribers.get(event.kind, ()):
            batches.setdefault(subscriber, []).append(event)
    for subscriber, heard in batches.items():
        subscriber(heard)
