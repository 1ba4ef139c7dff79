"""What is to be said of a breach of personal data: the same for the installation's register and an account's own."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from steward.privacy.inventory import Erase, Whose, impersonal, personal

# GDPR article 33(3): (a) nature, persons, records; (b) contact; (c) consequences; (d) measures.
WORDS = ("nature", "persons_about", "data_about", "contact", "consequences", "measures")
NUMBERS = ("persons", "records")
FACTS = (*WORDS, *NUMBERS)


class Kind(models.TextChoices):
    """What was hurt (EDPB guidelines 9/2022): one breach may be several."""

    CONFIDENTIALITY = "confidentiality", pgettext_lazy("kind of incident", "Data were seen or taken by others")
    INTEGRITY = "integrity", pgettext_lazy("kind of incident", "Data were changed")
    AVAILABILITY = "availability", pgettext_lazy("kind of incident", "Data were lost or out of reach")


class Risk(models.TextChoices):
    UNJUDGED = "", pgettext_lazy("risk of an incident", "Not judged yet")
    NONE = "none", pgettext_lazy("risk of an incident", "Unlikely to be a risk to people")
    RISK = "risk", pgettext_lazy("risk of an incident", "A risk to people: the authority has to be told")
    HIGH = "high", pgettext_lazy("risk of an incident", "A high risk: the people have to be told, too")


def _text() -> Any:
    """Words of whoever writes the record. They may name somebody, and the record stays."""
    return personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.KEEP,
        export=False, because="GDPR article 33(5): who answers for a breach keeps the record of it",
    )  # fmt: skip


class Facts(models.Model):
    """Article 33(3), one by one. Empty words and no number mean: not yet known."""

    title = _text()
    kinds = impersonal(ArrayField(models.TextField(choices=Kind.choices), default=list))
    detected_at = impersonal(models.DateTimeField())
    nature = _text()
    persons_about = _text()  # categories of data subjects
    data_about = _text()  # categories of records
    contact = _text()
    consequences = _text()
    measures = _text()

    class Meta:
        abstract = True

    @property
    def unknown(self) -> list[str]:
        """The names of what is not yet known."""
        return [name for name in FACTS if getattr(self, name, True) in ("", None)]


class Numbers(models.Model):
    """About how many people and records of one account (article 33(3)(a)). None: not yet known."""

    persons = impersonal(models.PositiveIntegerField(null=True, blank=True))
    records = impersonal(models.PositiveIntegerField(null=True, blank=True))

    class Meta:
        abstract = True


class Breach(Facts):
    """With what is decided about it: the risk, and whether the authority was told (article 33(1) and (5))."""

    aware_at = impersonal(models.DateTimeField(null=True, blank=True))  # from when the clocks run
    risk = impersonal(models.TextField(choices=Risk.choices, blank=True, default=""))
    authority_told_at = impersonal(models.DateTimeField(null=True, blank=True))
    authority_reference = _text()
    authority_why_not = _text()

    class Meta:
        abstract = True

    @property
    def is_settled_with_authority(self) -> bool:
        """It was told, or it stands written why not."""
        return bool(self.authority_told_at or self.authority_why_not)


def copied(source: Facts, **over: Any) -> dict[str, Any]:
    """The facts of one as values for another."""
    names = ("title", "kinds", "detected_at", *FACTS)
    return {name: getattr(source, name) for name in names if hasattr(source, name)} | over
