"""What somebody is given of their consents."""

from collections.abc import Iterator

from django.utils.translation import get_language, pgettext_lazy

from steward.privacy.consent.models import ConsentRecord
from steward.privacy.consent.purposes import in_language
from steward.privacy.inventory.exporting import Part, Record, Section, moment, register


def _consents(part: Part) -> Iterator[Record]:
    if not part.is_first:
        return
    found = ConsentRecord.objects.filter(contact__in=part.contacts).select_related("text").order_by("given_at", "pk")
    for one in found:
        language, words = in_language(one.text.words, one.language or get_language())
        yield {
            "purpose": words["name"],
            "text": words["text"],
            "version": one.text.number,
            "language": language,
            "collectors": [each["name"] for each in one.collectors],
            "given": moment(one.given_at),
            "channel": one.channel,
            "network": one.network,
            "visitor": str(one.visitor) if one.visitor else None,
            "note": one.note if part.with_notes else None,
            "ended": moment(one.ended_at),
            "ended_how": one.ended_how or None,
            "ended_note": one.ended_note if part.with_notes else None,
        }


register(
    Section(
        name="consents",
        title=pgettext_lazy("export of a person", "What you consented to"),
        fields=frozenset(
            f"consent.ConsentRecord.{name}" for name in ("visitor", "language", "network", "note", "ended_note")
        ),
        records=_consents,
        columns={
            "purpose": pgettext_lazy("export of a person", "What for"),
            "text": pgettext_lazy("export of a person", "What it said"),
            "given": pgettext_lazy("export of a person", "Given"),
            "ended": pgettext_lazy("export of a person", "Withdrawn"),
            "collectors": pgettext_lazy("export of a person", "Who collects"),
        },
        is_given=True,
    )
)
