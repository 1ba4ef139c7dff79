"""What changes how long a former customer may be written to: the end of their account, and its opening again."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.marketing.consents import account_ended, account_goes_on


@subscribe("account.terminated", "account.reopened")
def follow_the_account(events: Sequence[Event]) -> None:
    """In the same transaction, so that the five years run from the second of the end."""
    for event in events:
        if event.kind == "account.terminated":
            account_ended(event.object_id, event.at)
        else:
            account_goes_on(event.object_id)
