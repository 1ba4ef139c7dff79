"""Mentions of somebody who is erased: redacted where an agent confirmed them, and the list of them goes."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from steward.lib.redacting import pattern_of
from steward.privacy.erasure.erasing import plans_about
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.portions import in_portions
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, register
from steward.privacy.mentions.actions import STORE, redact_mention
from steward.privacy.mentions.models import Mention
from steward.tickets.erasing import erased_messages
from steward.tickets.models import Message

State = Mention.State


class Words:
    """What others wrote about the person. Ticket, message and place stay; the words that name them do not."""

    name, rank = STORE, Rank.COPIES
    models = frozenset({Message._meta.label, Mention._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.contacts:
            return []
        confirmed = Mention.objects.filter(contact_id__in=extent.contacts, state=State.CONFIRMED)
        if not confirmed.exists():
            return []
        confirmed = confirmed.exclude(message__in=erased_messages(extent)).exclude(erasure_id__in=_failed())
        return list(confirmed.order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        confirmed = Mention.objects.filter(pk__in=list(keys), state=State.CONFIRMED).select_related("message")
        return sum(map(redact_mention, confirmed.order_by("pk")))

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the words are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        rows = Mention.objects.filter(pk__in=list(keys)).exclude(state=State.HELD).select_related("message", "ticket")
        return sum(bool(pattern_of(row.words).search(_text(row))) for row in rows)


def _text(mention: Mention) -> str:
    return str(mention.message.body_text if mention.message else mention.ticket.subject)


def _failed() -> "QuerySet[Erasure]":
    return Erasure.objects.filter(state=Erasure.State.FAILED)


def _listed(extent: Extent) -> "QuerySet[Mention]":
    """Of messages that go, of plans that were never ordered, and of erasures of these people that failed."""
    theirs = Q(ticket__in=extent.tickets) | Q(message__in=erased_messages(extent))
    over = Q(erasure_id__in=plans_about(extent)) | Q(contact_id__in=extent.contacts, erasure_id__in=_failed())
    return Mention.objects.filter(theirs | over)


# Redacting keeps others from writing in the ticket until the transaction ends.
register(in_portions(Words(), of=50), Rows("mentions.listed", Mention, Rank.COPIES, _listed))
