"""What somebody is given of what they asked for about their own data."""

from collections.abc import Iterator

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.exporting import Part, Record, Section, moment, register
from steward.privacy.requests.models import PrivacyRequest

_WORDS = ("name", "address", "words", "extension_reason", "refusal_words", "hold_words")
_GIVEN = ("name", "address", "words")


def _requests(part: Part) -> Iterator[Record]:
    if not part.is_first:
        return
    theirs = Q(subject__in=part.contacts) | Q(folded__in=part.addresses)
    asked = PrivacyRequest.objects.annotate(folded=Lower("address")).filter(theirs)
    for one in asked.order_by("received_at", "pk"):
        told = {name: getattr(one, name) for name in (_GIVEN if part.is_given else _WORDS)}
        yield {"received": moment(one.received_at), "type": one.type, "state": one.state, **told}


register(
    Section(
        name="requests",
        title=pgettext_lazy("export of a person", "Requests about your data"),
        fields=frozenset(f"requests.PrivacyRequest.{name}" for name in _WORDS),
        records=_requests,
        columns={
            "received": pgettext_lazy("export of a person", "When"),
            "type": pgettext_lazy("export of a person", "Kind"),
            "words": pgettext_lazy("export of a person", "In which words"),
            "state": pgettext_lazy("export of a person", "State"),
        },
        is_given=True,
    )
)
