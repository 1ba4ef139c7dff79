"""What the certificate says of mentions. With it the list of them goes: it names the person."""

from typing import Any

from django.db.models import Count

from steward.privacy.erasure.certifying import section
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.sparing import spares
from steward.privacy.mentions.actions import STORE
from steward.privacy.mentions.models import Mention


@spares(STORE)
def held(erasure: Erasure) -> int:
    """Mentions that were confirmed and that a legal hold keeps."""
    return Mention.objects.filter(erasure_id=erasure.pk, state=Mention.State.HELD).count()


@section("mentions")
def mentions(erasure: Erasure) -> dict[str, Any]:
    """How many were found, and what became of them."""
    listed = Mention.objects.filter(erasure_id=erasure.pk)
    numbers = dict(listed.order_by().values_list("state").annotate(number=Count("pk")))
    listed.delete()
    return {
        "found": sum(numbers.values()),
        "redacted": numbers.get(Mention.State.REDACTED, 0),
        "not_confirmed": numbers.get(Mention.State.FOUND, 0) + numbers.get(Mention.State.CONFIRMED, 0),
        "under_a_legal_hold": numbers.get(Mention.State.HELD, 0),
    }
