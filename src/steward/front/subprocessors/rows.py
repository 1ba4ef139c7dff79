"""One engagement in words, as a row of the page: who, what for, where, and all else or that it is not stated."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from steward.privacy.egress.registry.document import Diligence, Evidence, Registry, VendorAgreement
from steward.privacy.subprocessors.listing import Row
from steward.privacy.subprocessors.telling import places_of, row_title
from steward.privacy.subprocessors.words import (
    AREAS,
    CATEGORIES,
    KINDS,
    MEASURES,
    MECHANISMS,
    NOT_STATED,
    PERSONS,
    PURPOSE_WORDS,
    SAFEGUARDS,
    STANDARDS,
    country_name,
    enumeration,
    in_language,
)
from steward.ui.ages import full_day


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the list says of a row: None where it is not stated. `is_code`: hosts and hashes, left to right."""

    key: str
    label: Any
    values: tuple[str, ...] | None
    is_code: bool = False
    address: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """The values in words: that there is none, or that it is not stated, too."""
        if self.values is None:
            return (str(NOT_STATED),)
        return self.values or (pgettext("nothing of the kind", "None"),)

    def differs_from(self, other: "Fact") -> bool:
        """Whether the list says something else of it."""
        return (self.values, str(self.label)) != (other.values, str(other.label))


@dataclass(frozen=True, slots=True)
class NoteInWords:
    """What one source says otherwise."""

    sources: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is read. `status` is used, off or announced."""

    key: str
    name: str
    known_as: str
    kind: str
    is_infrastructure: bool
    purposes: str
    description: str
    places: str
    regions: str
    facts: tuple[Fact, ...]
    notes: tuple[NoteInWords, ...]
    hosts: tuple[str, ...]
    status: str = "used"

    @property
    def title(self) -> str:
        """The company, and where, for lists in which it stands with others of its own."""
        return row_title(self.name, self.places)

    @property
    def stated(self) -> list[Fact]:
        """What the list says of it."""
        return [fact for fact in self.facts if fact.values is not None]

    @property
    def unstated(self) -> str:
        """The names of everything it does not say; empty when it says all."""
        names = [str(fact.label) for fact in self.facts if fact.values is None]
        return enumeration(names) if names else ""


@dataclass(frozen=True, slots=True)
class Around:
    """What of the list a row needs besides itself."""

    registry: Registry
    at: datetime
    languages: Mapping[str, str]


def shown(row: Row, around: Around, *, status: str = "used") -> ShownRow:
    """The row in the language in force."""
    engagement = row.engagement
    hosts = () if status == "off" else tuple(dict.fromkeys(str(host) for host in row.hosts))
    return ShownRow(
        key=row.engagement.key,
        name=row.subprocessor.legal_name,
        known_as=row.subprocessor.known_as or "",
        kind=str(KINDS[row.subprocessor.kind]),
        is_infrastructure=row.is_infrastructure,
        purposes=enumeration(PURPOSE_WORDS.get(purpose, purpose) for purpose in engagement.purposes),
        description=in_language(engagement.description),
        places=places_of(row),
        regions=enumeration(regions_of(row, around)) if engagement.regions else "",
        facts=facts_of(row, around, hosts=hosts if row.engagement.endpoints is not None else None),
        notes=tuple(note_in_words(note.words, note.languages, around) for note in engagement.notes),
        hosts=hosts,
        status=status,
    )


def regions_of(row: Row, around: Around) -> list[str]:
    """The names of the regions whose customers it serves."""
    return [region_name(code, around.registry) for code in row.engagement.regions or ()]


def region_name(code: str, registry: Registry) -> str:
    """A region as the list names it; its code where it does not."""
    return next((in_language(place.name) for place in registry.regions if place.code == code), code) or code


def note_in_words(words: Mapping[str, str], languages: Iterable[str], around: Around) -> NoteInWords:
    """A note with the languages of the pages it is about, by their own names."""
    named = [around.languages.get(code, code) for code in languages]
    return NoteInWords(enumeration(named) if named else "", in_language(dict(words)))


def facts_of(row: Row, around: Around, *, hosts: tuple[str, ...] | None) -> tuple[Fact, ...]:
    """Every fact of the row but those of facilities where there is none to speak of."""
    found = (*_of_the_company(row, around), *_of_the_use(row, around), *_of_the_care(row, around))
    facilities = _of_the_facility(row) if row.is_infrastructure or row.engagement.facility else ()
    since = full_day(row.listed_since) if row.listed_since else None
    return (
        *found,
        *facilities,
        Fact("hosts", gettext_lazy("Hosts the system lets data go to"), hosts, is_code=True),
        Fact("listed_since", gettext_lazy("On the list since"), _one(since)),
    )


def _of_the_company(row: Row, around: Around) -> tuple[Fact, ...]:
    company = row.subprocessor
    names = {one.key: one.legal_name for one in around.registry.subprocessors}
    chain = tuple(one.legal_name for one in around.registry.subprocessors if one.parent == company.key)
    by = names.get(company.parent, company.parent) if company.parent else around.registry.provider.legal_name
    contact = company.contact
    person = " · ".join(filter(None, (contact.name, contact.position, contact.email))) if contact else None
    return (
        Fact("legal_name", gettext_lazy("Legal name"), _one(company.legal_name)),
        Fact("known_as", gettext_lazy("Known as"), _one(company.known_as)),
        Fact("address", pgettext_lazy("of a company", "Address"), _one(company.address)),
        Fact("country", gettext_lazy("Established in"), _one(company.country and country_name(company.country))),
        Fact("website", gettext_lazy("Website"), _one(company.website), True, _web(company.website)),
        Fact("contact", pgettext_lazy("whom to write to", "Contact"), _one(person)),
        Fact(
            "data_protection_contact",
            gettext_lazy("Contact for data protection"),
            _one(company.data_protection_contact),
        ),
        Fact("kind", pgettext_lazy("of subprocessor", "Kind"), _one(str(KINDS[company.kind]))),
        Fact("engaged_by", gettext_lazy("Engaged by"), _one(by)),
        Fact("chain", gettext_lazy("Engages in turn"), chain or None),
    )


def _of_the_use(row: Row, around: Around) -> tuple[Fact, ...]:
    use = row.engagement
    mechanism = use.mechanism and " · ".join(filter(None, (str(MECHANISMS[use.mechanism]), use.mechanism_reference)))
    optional = {True: _("Optional: it can be switched off"), False: _("Part of the service")}
    trains = {True: pgettext("trains models", "Yes"), False: pgettext("trains models", "No")}
    return (
        Fact("purposes", pgettext_lazy("of processing", "Purpose"), _each(use.purposes, PURPOSE_WORDS)),
        Fact("description", gettext_lazy("What it does"), _one(in_language(use.description))),
        Fact(
            "is_optional",
            gettext_lazy("Optional"),
            _one(use.is_optional is not None and optional[use.is_optional]),
        ),
        Fact("categories", gettext_lazy("Categories of data"), _each(use.categories, CATEGORIES)),
        Fact("persons", gettext_lazy("Whose data"), _each(use.persons, PERSONS)),
        Fact("place", gettext_lazy("Processed in"), _one(places_of(row))),
        Fact(
            "regions",
            gettext_lazy("For customers in"),
            None if use.regions is None else tuple(regions_of(row, around)),
        ),
        Fact("mechanism", gettext_lazy("What the transfer rests on"), _one(mechanism)),
        Fact("retention", gettext_lazy("How long it keeps data"), _one(in_language(use.retention))),
        Fact("responsibilities", gettext_lazy("Who is responsible for what"), _one(in_language(use.responsibilities))),
        Fact(
            "trains_models",
            gettext_lazy("Trains models with the data"),
            _one(use.trains_models is not None and trains[use.trains_models]),
        ),
    )


def _of_the_care(row: Row, around: Around) -> tuple[Fact, ...]:
    papers = row.subprocessor.agreements
    agreement = Fact(
        "agreements",
        gettext_lazy("Agreement with the company"),
        None if papers is None else tuple(_agreement(one, around.at) for one in papers),
    )
    return (*_diligence(row.subprocessor.due_diligence), *_safeguards(row.subprocessor.safeguards), agreement)


def _diligence(findings: tuple[Diligence, ...] | None) -> tuple[Fact, ...]:
    """What was looked into; what no finding says is said once, not at each."""
    label = gettext_lazy("Looked into before")
    if findings and not any(_told_of(one) for one in findings):
        areas = tuple(str(AREAS[one.area]) for one in findings)
        return (Fact("due_diligence", label, areas), Fact("outcome", gettext_lazy("What was found"), None))
    return (Fact("due_diligence", label, _all(findings, _finding)),)


def _safeguards(promises: tuple[Evidence, ...] | None) -> tuple[Fact, ...]:
    """The obligations by contract, and where that is shown."""
    label = gettext_lazy("Taken on by contract")
    if promises and not any(one.evidence for one in promises):
        told = tuple(str(SAFEGUARDS[one.safeguard]) for one in promises)
        return (Fact("safeguards", label, told), Fact("evidence", gettext_lazy("Evidence of these obligations"), None))
    return (Fact("safeguards", label, _all(promises, _promise)),)


def _of_the_facility(row: Row) -> tuple[Fact, ...]:
    facility = row.engagement.facility
    standards, measures = (facility.standards, facility.measures) if facility else (None, None)
    label = (
        gettext_lazy("Standards of the facility: at least one of")
        if facility and facility.is_any_of
        else gettext_lazy("Standards of the facility")
    )
    return (
        Fact("standards", label, _each(standards, STANDARDS)),
        Fact("measures", gettext_lazy("Measures in the facility"), _each(measures, MEASURES)),
    )


def _finding(one: Diligence) -> str:
    return _with(AREAS[one.area], one.outcome or _("outcome not stated"), *_told_of(one)[1 if one.outcome else 0 :])


def _told_of(one: Diligence) -> list[str]:
    """What a finding says besides its area, the outcome first."""
    by = _("by %(who)s") % {"who": one.by} if one.by else ""
    return list(filter(None, (one.outcome or "", by, _day(one.on), *(one.documents or ()))))


def _promise(one: Evidence) -> str:
    return _with(SAFEGUARDS[one.safeguard], one.evidence or _("evidence not stated"))


def _agreement(one: VendorAgreement, at: datetime) -> str:
    since, until = _day(one.effective_from.date()), _day(one.ends_at.date()) if one.ends_at else ""
    told = (
        _("in force from %(since)s until %(until)s") % {"since": since, "until": until}
        if until
        else _("in force from %(since)s, without an end") % {"since": since}
    )
    if not (one.effective_from <= at and (one.ends_at is None or at < one.ends_at)):
        told = _with(told, _("not in force now"))
    return _with(_("Version %(number)s") % {"number": one.version}, told)


def _with(*parts: object) -> str:
    return " · ".join(str(part) for part in parts)


def _day(day: date | None) -> str:
    return full_day(day) if day else ""


def _one(value: str | Literal[False] | None) -> tuple[str, ...] | None:
    return (value,) if value else None


def _each(codes: Iterable[str] | None, words: Mapping[Any, Any]) -> tuple[str, ...] | None:
    return None if codes is None else tuple(str(words.get(code, code)) for code in codes)


def _all(values: Iterable[Any] | None, told: Callable[[Any], str]) -> tuple[str, ...] | None:
    return None if values is None else tuple(map(told, values))


def _web(address: str | None) -> str:
    """Only what is an address of the web becomes a link."""
    return address if address and address.startswith(("https://", "http://")) else ""
