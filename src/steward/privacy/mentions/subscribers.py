"""The list of mentions goes with a plan that was never ordered."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.privacy.mentions.models import Mention


@subscribe("erasure.dropped")
def forget_what_was_listed(events: Sequence[Event]) -> None:
    """In the transaction that drops the plan."""
    Mention.objects.filter(erasure_id__in=[event.object_id for event in events]).delete()
