"""The form of one engagement: what a subprocessor is used for, with which data, where, for whom."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec.structs import asdict

from steward.operator.registry import fields
from steward.operator.registry.parts import RowForm, Section, lines_of, row_count
from steward.operator.registry.stating import Asked, AskedInWords, StatingForm
from steward.privacy.egress.registry.changes import engaged_in
from steward.privacy.egress.registry.document import (
    Engagement,
    Facility,
    Measure,
    Mechanism,
    Note,
    Registry,
    Standard,
)
from steward.privacy.subprocessors.words import (
    CATEGORIES,
    MEASURES,
    MECHANISMS,
    PERSONS,
    PURPOSE_WORDS,
    STANDARDS,
    in_language,
)

_ONE_PER_LINE = gettext_lazy("One per line.")
_HOSTS_HELP = gettext_lazy("One per line: host, port and protocol (https, smtp, imap, sip, browser), as in api.example.org:443 https.")  # fmt: skip  # noqa: E501
_SECTIONS = (
    (
        gettext_lazy("What it is used for"),
        ("key", "purposes", "description", "is_optional", "trains_models", "listed_since"),
        gettext_lazy("The system sends data there for these purposes, and for no other."),
    ),
    (
        gettext_lazy("Which data"),
        ("categories", "persons", "retention", "responsibilities"),
        gettext_lazy("Other data are never sent there. While it is not stated, none are."),
    ),
    (
        gettext_lazy("Where, and for whose customers"),
        ("countries", "place", "regions", "mechanism", "mechanism_reference"),
        gettext_lazy(
            "Only customers of the regions ticked use it. Where it works outside their countries, the transfer has to "
            "rest on something."
        ),
    ),
    (gettext_lazy("How the system reaches it"), ("endpoints",), ""),
    (
        gettext_lazy("Facilities"),
        ("standards", "is_any_of", "measures"),
        gettext_lazy("For who keeps the data: what its data centres meet. Others leave it unstated."),
    ),
)
_NOTES_HELP = gettext_lazy("For lists taken from published pages that do not say the same in every language.")


class _Engagement(StatingForm):
    asked = (
        AskedInWords("description"),
        Asked(
            "is_optional",
            lambda: fields.yes_or_no(_("Optional: it can be switched off"), _("Part of the service")),
            has_unsaid=False,
        ),
        Asked("trains_models", fields.yes_or_no, has_unsaid=False),
        Asked("listed_since", fields.day),
        AskedInWords("retention"),
        AskedInWords("responsibilities"),
        Asked("countries", fields.Countries, may_be_empty=True, help=_ONE_PER_LINE),
        AskedInWords("place", lines=1),
        Asked("mechanism", lambda: fields.one_of(MECHANISMS, coerce=Mechanism), has_unsaid=False),
        Asked("mechanism_reference", fields.short_text),
        Asked("endpoints", fields.Endpoints, may_be_empty=True, help=_HOSTS_HELP),
        Asked("standards", lambda: fields.any_of(STANDARDS), may_be_empty=True, label=gettext_lazy("Standards")),
        Asked(
            "is_any_of",
            lambda: fields.yes_or_no(_("At least one of these standards"), _("Every one of these standards")),
            has_unsaid=False,
            label=gettext_lazy("How many of the standards"),
        ),
        Asked("measures", lambda: fields.any_of(MEASURES), may_be_empty=True, label=gettext_lazy("Measures")),
    )

    def __init__(self, *args: Any, registry: Registry, engagement: Engagement | None, **named: Any) -> None:
        self.registry, self.engagement = registry, engagement
        super().__init__(*args, **named)

    def questions(self) -> tuple[Asked | AskedInWords, ...]:
        regions = {place.code: in_language(place.name) or place.code for place in self.registry.regions}
        key = Asked("key", fields.key, has_unsaid=False, help=fields.KEY_HELP)
        own = (
            Asked("purposes", lambda: fields.any_of(PURPOSE_WORDS, self._held("purposes"), is_needed=True),
                  has_unsaid=False),
            Asked("categories", lambda: fields.any_of(CATEGORIES, self._held("categories")), may_be_empty=True),
            Asked("persons", lambda: fields.any_of(PERSONS, self._held("persons")), may_be_empty=True),
            Asked("regions", lambda: fields.any_of(regions, self._held("regions")), may_be_empty=True),
        )  # fmt: skip
        return (*own, *self.asked) if self.engagement else (key, *own, *self.asked)

    def clean_key(self) -> str:
        """Engagements of all subprocessors share one set of keys: the ledger names them by it."""
        key: str = self.cleaned_data["key"]
        if key in engaged_in(self.registry):
            raise forms.ValidationError(_("Another one has this short name already."))
        return key

    def _held(self, name: str) -> tuple[str, ...]:
        return (getattr(self.engagement, name) if self.engagement else None) or ()


class _Note(RowForm):
    asked = (
        AskedInWords("words", is_needed=True, label=gettext_lazy("What it says otherwise")),
        Asked(
            "languages",
            lambda: fields.any_of(dict(settings.LANGUAGES)),
            has_unsaid=False,
            label=gettext_lazy("In which languages"),
        ),
    )


class EngagementForm:
    """An engagement with its notes. Without `engagement` it is a new one."""

    def __init__(self, data: Mapping[str, Any] | None, *, registry: Registry, engagement: Engagement | None) -> None:
        self.engagement = engagement
        said = _said_of(engagement)
        self.main = _Engagement(data, registry=registry, engagement=engagement, said=said)
        held = engagement.notes if engagement else ()
        stored = [held[i] if i < len(held) else None for i in range(row_count(data, "notes", len(held) + 1))]
        self.notes = [
            _Note(data, prefix=f"notes-{i}", is_there=one is not None, said=asdict(one) if one else None,
                  title=_("Note %(number)d") % {"number": i + 1} if one else _("One more note"))
            for i, one in enumerate(stored)
        ]  # fmt: skip

    def forms(self) -> list[StatingForm]:
        return [self.main, *self.notes]

    def is_valid(self) -> bool:
        valid = [one.is_valid() for one in self.forms()]  # each, for each to tell its errors
        return all(valid)

    def errors(self) -> list[str]:
        return [str(error) for one in self.forms() for error in one.non_field_errors()]

    def sections(self) -> list[Section]:
        title, count = _("What sources say otherwise"), ("notes", len(self.notes))
        asked = (Section(str(name), lines_of(self.main, *names), help=str(help_)) for name, names, help_ in _SECTIONS)
        return [*asked, Section(title, rows=self.notes, count=count, help=str(_NOTES_HELP))]

    def value(self) -> Engagement:
        said = self.main.said()
        standards, is_any, measures = (said.pop(name) for name in ("standards", "is_any_of", "measures"))
        facility = Facility(
            standards=None if standards is None else tuple(map(Standard, standards)),
            is_any_of=bool(is_any),
            measures=None if measures is None else tuple(map(Measure, measures)),
        )
        notes = tuple(Note(**one.said()) for one in self.notes if one.is_there)
        key = self.engagement.key if self.engagement else said.pop("key")
        return Engagement(key=key, facility=None if facility == Facility() else facility, notes=notes, **said)


def _said_of(engagement: Engagement | None) -> dict[str, Any] | None:
    if engagement is None:
        return None
    facility = engagement.facility
    return asdict(engagement) | (asdict(facility) if facility else {})
