"""Listing mentions, saying which of them mean the person, and redacting those."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from django.db import transaction

from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.privacy.erasure.actions.counting import look_also
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import Held
from steward.privacy.mentions.finding import Found, Search
from steward.privacy.mentions.models import Mention
from steward.tenancy.scope import upkeep_scope
from steward.tickets.actions.redacting import NothingFound, Reason, redact_subject, redact_words

STORE = "mentions.words"
State = Mention.State


@look_also
def looking_for_mentions(erasure: Erasure) -> Iterator[float]:
    """List where the people of a planned erasure are named in what stays; nothing is redacted.

    Yields how much of it is done, from 0 to 1: each time a transaction of its own has ended. It may be done anew.
    """
    extent = read(erasure.extent or {})
    if not extent.contacts:
        return
    with upkeep_scope(erasure.account_id):
        search = Search(extent)
    while not search.is_over:
        with upkeep_scope(erasure.account_id):
            found = search.portion()
            if found and not _is_planned(erasure):
                return  # ordered or dropped meanwhile: a list would stay, and it names them
            _list(erasure, extent.contacts[0], found)
        yield search.share


def look_for_mentions(erasure: Erasure) -> int:
    """The same, all of it at once; returns how many are listed."""
    deque(looking_for_mentions(erasure), maxlen=0)
    return Mention.objects.filter(erasure_id=erasure.pk).count()


def _is_planned(erasure: Erasure) -> bool:
    """Whether it waits to be ordered; that it does so stays true until the transaction ends."""
    waiting = Erasure.objects.filter(pk=erasure.pk, state__in=Erasure.UNORDERED)
    return waiting.select_for_update(no_key=True).exists()


def _list(erasure: Erasure, contact: UUID, found: Sequence[Found]) -> None:
    """What is listed already stays as it is."""
    at, beside = now(), _first_in_tickets(erasure, found)
    for one in found:
        if one.message is None and (mention := beside.get(one.ticket)):
            # The subject of a ticket goes with a message of it: redacting takes the whole ticket.
            mention.words = list(dict.fromkeys((*mention.words, *one.words)))
    Mention.objects.bulk_update(beside.values(), ["words"], batch_size=500)
    Mention.objects.bulk_create(
        (
            Mention(
                erasure_id=erasure.pk,
                contact_id=contact,
                ticket_id=one.ticket,
                message_id=one.message,
                words=list(one.words),
                found_at=at,
            )
            for one in found
            if one.message is not None or one.ticket not in beside
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def _first_in_tickets(erasure: Erasure, found: Sequence[Found]) -> dict[UUID, Mention]:
    """The first listed message of each ticket whose subject was found."""
    tickets = [one.ticket for one in found if one.message is None]
    listed = Mention.objects.filter(erasure_id=erasure.pk, ticket__in=tickets, message__isnull=False)
    return {mention.ticket_id: mention for mention in listed.order_by("-message")}


def carry_over(failed: Erasure, planned: Erasure) -> None:
    """What is still to be decided of an erasure that failed is listed with the one planned in its place.

    In the transaction in which that is planned: before anything is listed of it.
    """
    undecided = Mention.objects.filter(erasure_id=failed.pk).exclude(state=State.REDACTED)
    undecided.update(erasure_id=planned.pk, state=State.FOUND)


def confirm_mentions(
    erasure: Erasure, chosen: Collection[UUID], *, actor: Actor, is_all: bool = False,
    among: Collection[UUID] | None = None,
) -> int:  # fmt: skip
    """These mean the person, or all of them do, and are redacted when the erasure runs; the others stay as they are.

    It is decided of those `among` which they were chosen, of all that are listed without that. Returns how many are
    confirmed now. Only while nothing has been ordered.
    """
    with transaction.atomic():
        planned = Erasure.objects.select_for_update(no_key=True).get(pk=erasure.pk)
        if planned.state != Erasure.State.PLANNED:
            return 0
        listed = Mention.objects.filter(erasure_id=planned.pk)
        decided = listed if among is None or is_all else listed.filter(pk__in=list(among))
        meant = decided if is_all else decided.filter(pk__in=list(chosen))
        decided.exclude(state=State.FOUND).exclude(pk__in=meant.values("pk")).update(
            state=State.FOUND, decided_by_id=None
        )
        meant.exclude(state=State.CONFIRMED).update(state=State.CONFIRMED, decided_by_id=actor.id)
        number = listed.filter(state=State.CONFIRMED).count()
        planned.planned |= {STORE: number}
        planned.save(update_fields=["planned"])
    erasure.refresh_from_db()
    return number


def redact_mention(mention: Mention) -> bool:
    """Make the words unreadable, in the current transaction; False where a legal hold keeps them.

    The event is of whoever confirmed it.
    """
    actor = Actor(ActorKind.AGENT, mention.decided_by_id) if mention.decided_by_id else Actor(ActorKind.SYSTEM)
    try:
        if mention.message is not None:
            redact_words(mention.message, mention.words, reason=Reason.SOMEBODY_ELSE, actor=actor)
        else:
            redact_subject(mention.ticket_id, mention.words, reason=Reason.SOMEBODY_ELSE, actor=actor)
    except Held:
        Mention.objects.filter(pk=mention.pk).update(state=State.HELD)
        return False
    except NothingFound:
        pass  # gone with another copy in the same ticket
    Mention.objects.filter(pk=mention.pk).update(state=State.REDACTED)
    return True
