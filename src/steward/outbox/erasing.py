"""Mail to somebody that is still stored, and how it goes."""

from collections.abc import Callable, Collection, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import JSONField, Q, TextField
from django.db.models.functions import Cast, Lower

from steward.outbox.models import OutgoingMail, State
from steward.outbox.unaddressing import without_addressees
from steward.privacy.inventory.stores import Extent, Key, Rank, once, register
from steward.privacy.keys.cipher import decrypt, encrypt


def about(tickets: Collection[UUID]) -> Q:
    """Mails that were sent by themselves about one of these tickets: no message leads to them."""
    return Q(about__in=list(tickets))


@once
def _to_somebody(extent: Extent) -> list[Key]:
    """Keys of mails to one of the addresses, alone or among others, or refused for one."""
    if not extent.addresses:
        return []
    folded = Cast(Lower(Cast("envelope_to", TextField())), JSONField())  # addresses are stored as they were written
    told = reduce(or_, (Q(said__contains=address) for address in extent.addresses))
    mails = OutgoingMail.objects.annotate(folded=folded, said=Lower("server_words"))
    mails = mails.filter(Q(folded__has_any_keys=list(extent.addresses)) | told)
    return list(mails.order_by("pk").values_list("pk", flat=True))


class Addressed:
    """Mails to somebody. Of what has left stays that it did, for the message it was; what has not is not sent to them.

    What is to others too goes to these alone.
    """

    rank = Rank.MAILS
    models = frozenset({OutgoingMail._meta.label})

    def __init__(self, name: str, find: Callable[[Extent], list[Key]]) -> None:
        self.name, self._find = name, find

    def find(self, extent: Extent) -> list[Key]:
        return self._find(extent)

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        mails = OutgoingMail.objects.filter(pk__in=list(keys)).select_for_update(no_key=True, of=("self",))
        return sum(_take_off(mail, frozenset(extent.addresses)) for mail in mails.order_by("pk"))

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: it is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        theirs = set(extent.addresses)
        mails = OutgoingMail.objects.filter(pk__in=list(keys)).values_list("envelope_to", "server_words")
        return sum(bool(words) or not theirs.isdisjoint(map(str.lower, to)) for to, words in mails)


def _take_off(mail: OutgoingMail, addresses: frozenset[str]) -> int:
    mails = OutgoingMail.objects.filter(pk=mail.pk)
    others = [each for each in mail.envelope_to if each.lower() not in addresses]
    if mail.state in {State.SENT, State.FAILED} or not mail.content:
        return mails.update(envelope_to=others, server_words="", content=b"")
    if not others:
        mails.delete()
        return 1
    content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
    content = without_addressees(content, addresses)
    sealed = encrypt(mail.account_id, content, context=mail.content_context)
    return mails.update(envelope_to=others, server_words="", content=sealed, size=len(content))


register(Addressed("outbox.mails", _to_somebody))
