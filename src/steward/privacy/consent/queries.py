"""What screens show of consents."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from steward.contacts.models import Contact
from steward.privacy.consent.asking import Decision, may
from steward.privacy.consent.models import ConsentRecord, Purpose, PurposeText
from steward.privacy.consent.purposes import in_language, newest_text

MOST = 200  # records of one person that are shown


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said to one purpose, and where it stands. `record` is what stands, else what was said last."""

    purpose: Purpose
    name: str
    text: str  # as they agreed to it, in the language they were shown
    language: str
    record: ConsentRecord
    decision: Decision


def said_by(contact: Contact, *wishes: str) -> list[Said]:
    """One for each purpose they ever consented to, by name. `wishes` are languages for what stands no more."""
    newest: dict[UUID, ConsentRecord] = {}
    for one in reversed(history_of(contact)):
        if one.stands or one.purpose_id not in newest or not newest[one.purpose_id].stands:
            newest[one.purpose_id] = one
    return sorted((_said(contact, one, wishes) for one in newest.values()), key=lambda said: said.name)


def _said(contact: Contact, one: ConsentRecord, wishes: Iterable[str]) -> Said:
    """Who agreed reads what they agreed to; who may agree again reads the words that they would agree to now."""
    text, asked = (one.text, (one.language,)) if one.stands else (newest_text(one.purpose), tuple(wishes))
    language, words = in_language(text.words, *asked)
    return Said(one.purpose, words["name"], words["text"], language, one, may(contact, one.purpose.code))


def history_of(contact: Contact) -> list[ConsentRecord]:
    """All they said, the newest first."""
    found = ConsentRecord.objects.filter(contact=contact).select_related("purpose", "text")
    return list(found.order_by("-given_at", "-pk")[:MOST])


def name_of(text: PurposeText, language: str) -> str:
    """What a purpose is called for somebody who reads this language."""
    return in_language(text.words, language)[1]["name"]


def newest_texts(purposes: Iterable[Purpose]) -> dict[UUID, PurposeText]:
    """The words of each as they are shown now."""
    found = PurposeText.objects.filter(purpose__in=[one.pk for one in purposes]).order_by("number")
    return {text.purpose_id: text for text in found}


def counted_to(purpose: Purpose, most: int) -> int:
    """How many consents stand to it, counted to `most` and no further: for pages, which wait for no long count."""
    return ConsentRecord.objects.filter(purpose=purpose, ended_at=None).order_by()[:most].count()


def standing_counts() -> dict[UUID, int]:
    """How many consents stand to each purpose, to the last one: for a report."""
    found = ConsentRecord.objects.filter(ended_at=None).order_by().values("purpose").annotate(number=Count("pk"))
    return {row["purpose"]: row["number"] for row in found}
