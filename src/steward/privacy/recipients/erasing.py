"""Letters that name somebody who is erased, and recipients who are.

A letter of the erasure that runs is left alone: it is what the others are told by, and has an end of its own.
"""

from collections.abc import Sequence

from django.db.models.functions import Lower

from steward.outbox.models import OutgoingMail
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.sparing import goes_by_itself
from steward.privacy.inventory.stores import Extent, Key, Rank, register
from steward.privacy.recipients.models import WITH_LETTER, Recipient


class Named:
    """What letters of earlier tellings name. A mail of them that has not left goes too."""

    name, rank = "recipients.letters", Rank.RECORDS
    models = frozenset({Recipient._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.addresses:
            return []
        running = Erasure.objects.filter(state=Erasure.State.RUNNING).values("pk")
        letters = Recipient.objects.exclude(telling__about_id__in=running).filter(WITH_LETTER)
        return [one.pk for one in letters.order_by("pk") if one.names_any(extent.addresses)]

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        _take_back(keys)
        return Recipient.objects.filter(pk__in=list(keys)).update(sealed=b"")

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: it is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return sum(one.names_any(extent.addresses) for one in Recipient.objects.filter(pk__in=list(keys)))


class Addressed:
    """Recipients who are among the people that go, of whatever telling: that they are to be told stays."""

    name, rank = "recipients.addresses", Rank.RECORDS
    models = frozenset({Recipient._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        rows = Recipient.objects.annotate(folded=Lower("address")).filter(folded__in=list(extent.addresses))
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        _take_back(keys)
        return Recipient.objects.filter(pk__in=list(keys)).update(address="")

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: it is gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return Recipient.objects.filter(pk__in=list(keys)).exclude(address="").count()


def _take_back(keys: Sequence[Key]) -> None:
    """A letter that has not left does not: it names somebody, or is to somebody, who goes."""
    sending = Recipient.objects.filter(pk__in=list(keys), state=Recipient.State.SENDING)
    OutgoingMail.objects.filter(pk__in=list(sending.values_list("mail_id", flat=True))).delete()
    sending.update(state=Recipient.State.WAITING, how="", mail_id=None)


register(Named(), Addressed())
# Somebody may be told between the plan and its order, and letters go after some weeks.
goes_by_itself(Named.name, Addressed.name)
