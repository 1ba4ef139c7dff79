"""Listing mentions, saying which of them mean the person, and redacting those."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import Held
from steward.privacy.mentions.finding import mentions_in
from steward.privacy.mentions.models import Mention
from steward.tickets.actions.redacting import NothingFound, Reason, redact_subject, redact_words

STORE = "mentions.words"
State = Mention.State


def look_for_mentions(erasure: Erasure) -> int:
    """List where the people of a planned erasure are named in what stays; returns how often. Nothing is redacted."""
    extent, at = read(erasure.extent or {}), now()
    if not extent.contacts:
        return 0
    with transaction.atomic():
        Mention.objects.filter(erasure_id=erasure.pk, state=State.FOUND).delete()
        listed = Mention.objects.bulk_create(
            Mention(
                erasure_id=erasure.pk,
                contact_id=extent.contacts[0],
                ticket_id=one.ticket,
                message_id=one.message,
                words=list(one.words),
                found_at=at,
            )
            for one in mentions_in(extent)
        )
    return len(listed)


def carry_over(failed: Erasure, planned: Erasure) -> None:
    """What is still to be decided of an erasure that failed is listed with the one planned in its place."""
    known = set(Mention.objects.filter(erasure_id=planned.pk).values_list("message", "ticket"))
    for mention in Mention.objects.filter(erasure_id=failed.pk).exclude(state=State.REDACTED):
        if (mention.message_id, mention.ticket_id) not in known:
            Mention.objects.filter(pk=mention.pk).update(erasure_id=planned.pk, state=State.FOUND)


def confirm_mentions(erasure: Erasure, chosen: Collection[UUID], *, actor: Actor, is_all: bool = False) -> int:
    """These mean the person, or all of them do, and are redacted when the erasure runs; the others stay as they are.

    Returns how many were confirmed. Only while nothing has been ordered.
    """
    with transaction.atomic():
        planned = Erasure.objects.select_for_update(no_key=True).get(pk=erasure.pk)
        if planned.state != Erasure.State.PLANNED:
            return 0
        listed = Mention.objects.filter(erasure_id=planned.pk)
        listed.update(state=State.FOUND, decided_by_id=None)
        meant = listed if is_all else listed.filter(pk__in=list(chosen))
        number = meant.update(state=State.CONFIRMED, decided_by_id=actor.id)
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
