"""What is said of a draft when it is published: what changes and why, and from when it is wished to stand."""

from datetime import UTC, datetime, time
from typing import Any

from django.utils.translation import gettext_lazy as _

from steward.operator.registry import fields
from steward.operator.registry.stating import Asked, AskedInWords, StatingForm
from steward.privacy.egress.registry.document import Words
from steward.privacy.subprocessors.models import RegistryDraft


class PublicationForm(StatingForm):
    """The summary in all languages, and a day."""

    asked = (
        AskedInWords("summary", lines=3, label=_("What changes and why"), help=_("Accounts and subscribers read it.")),
        Asked(
            "effective_at",
            fields.day,
            has_unsaid=False,
            label=_("Wished for from"),
            help=_("Accounts have 30 days at least, and as long as their agreement gives them; a later day is kept."),
        ),
    )

    def __init__(self, data: Any = None, *, draft: RegistryDraft) -> None:
        wished = draft.effective_at.astimezone(UTC).date() if draft.effective_at else None
        super().__init__(data, said={"summary": draft.summary, "effective_at": wished})

    @property
    def summary(self) -> Words:
        """By language; empty when nothing is said."""
        words: Words = self.said()["summary"]
        return words

    @property
    def effective_at(self) -> datetime | None:
        """The beginning of the day, in UTC; None without a wish."""
        day = self.said()["effective_at"]
        return datetime.combine(day, time(), tzinfo=UTC) if day else None
