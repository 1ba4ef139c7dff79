"""What changes the clock of an account from outside: legal holds."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lifecycle.standings import reckon


@subscribe("hold.placed", "hold.lifted")
def stop_or_start_the_clock(events: Sequence[Event]) -> None:
    """The clock stands while something is held."""
    reckon()
