"""All that the page shows, in the language in force: one value for the template, the document and the feeds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings

from steward.front.subprocessors.asking import (
    Point,
    Question,
    check_region,
    moment_of,
    query_of,
    version_at,
)
from steward.front.subprocessors.changes import (
    Comparison,
    Removed,
    ShownComing,
    comparison,
    removed_by,
    shown_coming,
)
from steward.front.subprocessors.prose import Prose, laid_out
from steward.front.subprocessors.rows import Around, NoteInWords, ShownRow, note_in_words, region_name, shown
from steward.front.subprocessors.whose import Whose
from steward.lib.clock import now
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Provider, Registry
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import Published
from steward.privacy.subprocessors.listing import (
    Listing,
    differences,
    first_listed,
    listing_at,
    listing_of,
    serves,
)
from steward.privacy.subprocessors.words import in_language


class BeforeTheFirst(ValueError):
    """The day asked for lies before the first list."""

    def __init__(self, first: Version) -> None:
        super().__init__(first.number)
        self.first = first


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A page that statements of an imported list were taken from."""

    name: str
    stated_on: date
    language: str
    address: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One version in the archive."""

    version: Version
    summary: str
    is_imported: bool
    before: int | None
    count: int  # of changes against the one before

    @property
    def published_on(self) -> date:
        """The day of the list."""
        return self.version.published_at.date()


@dataclass(frozen=True, slots=True)
class Page:
    """What one address shows. Without any version everything else is empty."""

    question: Question
    whose: Whose
    at: datetime
    version: Version | None = None
    is_newest: bool = True
    rows: tuple[ShownRow, ...] = ()
    coming: tuple[ShownComing, ...] = ()
    comparison: Comparison | None = None
    removed: tuple[Removed, ...] = ()
    editions: tuple[Edition, ...] = ()
    prose: Prose = field(default_factory=Prose)
    regions: tuple[tuple[str, str], ...] = ()
    sources: tuple[ShownSource, ...] = ()
    notes: tuple[NoteInWords, ...] = ()
    updated_at: datetime | None = None
    good_until: datetime | None = None

    @property
    def provider(self) -> Provider | None:
        """Who provides the service."""
        return self.version.registry.provider if self.version else None

    @property
    def own_region(self) -> str:
        """The region of the account, as the list names it, else as the directory does."""
        code = self.whose.region
        named = region_name(code, self.version.registry) if self.version else code
        return named if named != code else self.whose.region_name

    @property
    def is_future(self) -> bool:
        """Whether a day to come was asked for."""
        return isinstance(self.question.point, date) and self.question.point > now().date()

    @property
    def is_past(self) -> bool:
        """Whether an earlier day or an earlier version was asked for."""
        return self.question.point is not None and not self.is_future and (not self.is_newest or self.is_of_a_day)

    @property
    def is_of_a_day(self) -> bool:
        """Whether a day before today was asked for."""
        return isinstance(self.question.point, date) and self.question.point < now().date()

    @property
    def infrastructure(self) -> tuple[ShownRow, ...]:
        """The rows of the first table."""
        return tuple(row for row in self.rows if row.is_infrastructure)

    @property
    def others(self) -> tuple[ShownRow, ...]:
        """The rows of the second table."""
        return tuple(row for row in self.rows if not row.is_infrastructure)

    def asking(self, **changes: Any) -> str:
        """The part of an address that asks for the same with changes."""
        return self.question.address("", **changes)


def page_of(list_: Published, question: Question, whose: Whose) -> Page:
    """What an address shows. Raises `BadQuestion` and `BeforeTheFirst`."""
    check_region(question, list_, whose.region)
    if not list_.versions:
        return Page(question, whose, now())
    version, at = version_at(question.point, list_), moment_of(question.point, list_)
    if version is None:
        raise BeforeTheFirst(list_.versions[0])
    around = Around(version.registry, at, dict(settings.LANGUAGES))
    listing = _listing(list_, question, whose, version, at)
    is_version = isinstance(question.point, int)
    return Page(
        question=question,
        whose=whose,
        at=at,
        version=version,
        is_newest=version is list_.versions[-1],
        rows=tuple(shown(row, around, status=_status(row.engagement.key, whose)) for row in listing.rows),
        coming=tuple(shown_coming(one, around, whose) for one in listing.coming),
        comparison=_comparison(list_, question, whose, version, around),
        removed=() if is_version else tuple(removed_by(list_, at, around, first_listed(list_))),
        editions=tuple(_editions(list_)),
        prose=laid_out(version.registry),
        regions=tuple((place.code, region_name(place.code, version.registry)) for place in version.registry.regions),
        sources=tuple(_sources(version.registry, around.languages)),
        notes=tuple(note_in_words(one.words, one.languages, around) for one in version.registry.notes),
        updated_at=version.published_at,
        good_until=_good_until(listing, version) if question.point in (None, now().date()) else None,
    )


def _listing(list_: Published, question: Question, whose: Whose, version: Version, at: datetime) -> Listing:
    region = whose.region or question.region
    if isinstance(question.point, int):
        found = listing_of(list_, version, region=region)
    else:
        found = listing_at(list_, at, whose.bound, region=region)
    if not (whose.region and question.region):
        return found
    return Listing(
        found.version,
        tuple(row for row in found.rows if serves(row.engagement, question.region)),
        tuple(one for one in found.coming if one.row is None or serves(one.row.engagement, question.region)),
    )


def _status(engagement: str, whose: Whose) -> str:
    return "off" if whose.slug and whose.is_off(engagement) else "used"


def _comparison(
    list_: Published, question: Question, whose: Whose, version: Version, around: Around
) -> Comparison | None:
    """Against what was asked for; a day before the first list is the time without any."""
    if question.compare is None:
        return None
    earlier = version_at(question.compare, list_)
    return comparison(earlier, version, around, region=whose.region or question.region)


def _editions(list_: Published) -> Iterator[Edition]:
    """The newest first."""
    stored = {
        number: (summary, imported_at is not None)
        for number, summary, imported_at in RegistryVersion.objects.values_list("number", "summary", "imported_at")
    }
    before: Mapping[int, Version] = {one.number + 1: one for one in list_.versions}
    for version in reversed(list_.versions):
        summary, is_imported = stored[version.number]
        earlier = before.get(version.number)
        yield Edition(
            version,
            in_language(summary or {}),
            is_imported,
            earlier.number if earlier else None,
            len(differences(earlier.registry if earlier else None, version.registry)),
        )


def _sources(registry: Registry, languages: Mapping[str, str]) -> Iterator[ShownSource]:
    for source in registry.sources:
        address = source.address if source.address and source.address.startswith(("https://", "http://")) else ""
        language = languages.get(source.language or "", source.language or "")
        yield ShownSource(in_language(source.title) or source.name, source.stated_on, language, address)


def _good_until(listing: Listing, version: Version) -> datetime | None:
    """The next moment at which the page says something else although no version is published."""
    at = now()
    papers = [one for company in version.registry.subprocessors for one in company.agreements or ()]
    moments = [one.stands_from for one in listing.coming]
    moments += [moment for one in papers for moment in (one.effective_from, one.ends_at) if moment is not None]
    return min((moment for moment in moments if moment > at), default=None)


def point_words(point: Point | None) -> str:
    """How an address says a point, for links."""
    return query_of({"version" if isinstance(point, int) else "as_of": point})
