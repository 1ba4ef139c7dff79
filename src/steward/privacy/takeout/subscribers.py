"""What is erased, purged or redacted is in no copy any more: it ends in the same transaction, and owners are told."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.privacy.erasure.models import Erasure
from steward.privacy.takeout.actions import delete_copy
from steward.privacy.takeout.erased import Because, why
from steward.privacy.takeout.models import AccountCopy
from steward.privacy.takeout.telling import mail_what_became_of_it

State = AccountCopy.State


@subscribe("message.redacted", "ticket.subject_redacted")
def withdraw_what_has_the_words(_events: Sequence[Event]) -> None:
    """The archive has them still."""
    withdraw_copies(Because.REDACTED)


@subscribe("erasure.started")
def withdraw_what_has_who_is_erased(events: Sequence[Event]) -> None:
    """Before anything goes. Also of tickets and customers that a rule of retention lets go."""
    kinds = Erasure.objects.filter(pk__in=[event.object_id for event in events]).values_list("of", flat=True)
    if because := why(kinds):
        withdraw_copies(because)


@subscribe("retention.applied", "message.files_removed")
def withdraw_what_has_the_files(_events: Sequence[Event]) -> None:
    """Files, mails as they came, and requests go by rules without an erasure; and files by hand."""
    withdraw_copies(Because.PURGED)


def withdraw_copies(because: Because) -> int:
    """Delete what is made, and stop what is being made; returns how many. One that nobody has begun will be without."""
    there = list(AccountCopy.objects.filter(state__in=[State.RUNNING, State.READY]))
    return sum(delete_copy(copy, because=because) for copy in there)


subscribe("account_copy.made", "account_copy.handed_out", "account_copy.withdrawn", "account_copy.failed")(
    mail_what_became_of_it
)
