"""Whoever is erased is in no copy any more: it ends in the same transaction, and owners are told.

What retention takes by the account's own rules ends nothing: a copy says what was there when it was made, for a week.
"""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.takeout.actions import delete_copy
from steward.privacy.takeout.erased import OF_SOMEBODY
from steward.privacy.takeout.models import AccountCopy
from steward.privacy.takeout.telling import mail_what_became_of_it

State = AccountCopy.State


@subscribe("message.redacted", "ticket.subject_redacted")
def withdraw_what_has_the_words(_events: Sequence[Event]) -> None:
    """The archive has them still."""
    withdraw_copies()


@subscribe("erasure.started")
def withdraw_what_has_who_is_erased(events: Sequence[Event]) -> None:
    """Before anything goes."""
    if Erasure.objects.filter(pk__in=[event.object_id for event in events], of__in=OF_SOMEBODY).exists():
        withdraw_copies()


def withdraw_copies() -> int:
    """Delete what is made, and stop what is being made; returns how many. One that nobody has begun will be without."""
    there = list(AccountCopy.objects.filter(state__in=[State.RUNNING, State.READY]))
    return sum(delete_copy(copy, withdrawn_at=now()) for copy in there)


subscribe("account_copy.made", "account_copy.handed_out", "account_copy.withdrawn", "account_copy.failed")(
    mail_what_became_of_it
)
