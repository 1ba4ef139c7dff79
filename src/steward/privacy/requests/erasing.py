"""Who asked for something, when they are erased. A request that is not answered yet needs to know whom to answer."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from steward.privacy.inventory.stores import Extent, Key, Rank, register
from steward.privacy.requests.actions.carrying_out import WORDS
from steward.privacy.requests.models import PrivacyRequest


def _answered(extent: Extent) -> "QuerySet[PrivacyRequest]":
    theirs = Q(subject__in=extent.contacts) | Q(folded__in=extent.addresses)
    said = ~Q(name="", address="", words="", extension_reason="", refusal_words="", hold_words="")
    return PrivacyRequest.objects.annotate(folded=Lower("address")).filter(theirs, said, answered_at__isnull=False)


class Askers:
    """Who asked and in which words, in requests that are answered. Others forget it when they are closed."""

    name, rank = "requests.askers", Rank.RECORDS
    models = frozenset({PrivacyRequest._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        if not extent.is_about_somebody:
            return []
        return list(_answered(extent).order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        return PrivacyRequest.objects.filter(pk__in=list(keys)).update(**WORDS)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the words are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        asked = PrivacyRequest.objects.filter(pk__in=list(keys))
        return asked.count() - asked.filter(**WORDS).count()


register(Askers())
