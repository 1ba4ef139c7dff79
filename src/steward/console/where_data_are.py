"""What the page about the data of an account says, read at one moment: the answers the gate would give, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import pgettext_lazy

from steward.lib.clock import now
from steward.people.queries import member_names
from steward.privacy.egress import configuration, environment
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Reason, Request, decide
from steward.privacy.egress.engaging import terms_of
from steward.privacy.egress.known import gather_together
from steward.privacy.egress.models import AccountTerms, Authorisation, Connector
from steward.privacy.egress.own_services import data_of, is_outside
from steward.privacy.egress.purposes import PURPOSES
from steward.privacy.egress.registry.document import Registry
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.listing import Coming, Row, listing_at
from steward.privacy.subprocessors.telling import places_of
from steward.privacy.subprocessors.words import (
    CATEGORIES,
    CHANGES,
    KINDS,
    NOT_STATED,
    PURPOSE_WORDS,
    country_name,
    enumeration,
    in_language,
    refusal,
)
from steward.tenancy.models import Account, DataCentre, Region

_MOST_FORMER = 50
_KEPT = {  # what goes to the servers that the environment names
    Connector.Kind.RELAY.value: PURPOSE_WORDS["mail.deliver"],
    Connector.Kind.FILES.value: pgettext_lazy("purpose of processing", "Keeping files"),
    Connector.Kind.BACKUPS.value: pgettext_lazy("purpose of processing", "Keeping backups"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody of the account has said about an engagement, and how an objection ended."""

    state: str
    words: str
    name: str
    at: datetime
    reason: str
    resolution: str
    title: str


@dataclass(frozen=True, slots=True)
class Used:
    """A subprocessor in one use. `why_off` is the gate's own reason when nothing may go there for this account."""

    key: str
    name: str
    established: str
    kind: str
    what_for: str
    data: str
    places: str
    hosts: tuple[str, ...]
    agreed_since: datetime | None
    why_off: str
    said: Said | None


@dataclass(frozen=True, slots=True)
class Place:
    """A data centre of the account's region."""

    code: str
    country: str
    host: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Instructed:
    """A server of the account's own choice. The rest is empty but for services: of them the account has said it."""

    kind: str
    address: str
    purposes: str
    name: str
    at: datetime | None
    title: str = ""
    data: str = ""
    country: str = ""
    is_outside: bool = False
    ended_at: datetime | None = None

    @property
    def is_of_environment(self) -> bool:
        """Whether nobody set it up in the account: whoever runs Steward set it before it started."""
        return self.kind in environment.SETTINGS

    @property
    def is_service(self) -> bool:
        """Whether it is a service and not a mail server."""
        return self.kind == Connector.Kind.HTTP


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is announced."""

    key: str
    name: str
    kinds: str
    what_for: str
    places: str
    announced_at: datetime
    stands_from: datetime


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of the page but what left."""

    is_hosting: bool
    provider: str
    region: str
    places: tuple[Place, ...]
    version: Version | None
    used: tuple[Used, ...]
    instructed: tuple[Instructed, ...]
    formerly: tuple[Instructed, ...]
    coming: tuple[Change, ...]
    answers: tuple[Said, ...]
    terms: AccountTerms | None
    people: int

    @property
    def companies(self) -> tuple[str, ...]:
        """Everybody to whom data may go, once each."""
        return tuple(dict.fromkeys(one.name for one in self.used if not one.why_off))

    @property
    def is_some_outside(self) -> bool:
        """Whether a service of the account's own is outside its region, or may be."""
        return any(one.is_outside for one in self.instructed)

    @property
    def first_change(self) -> datetime | None:
        """When the first of the coming changes stands for the account."""
        return min((one.stands_from for one in self.coming), default=None)


def gathered(account_id: UUID) -> Gathered:
    """Read it all, in the scope of the account."""
    account = Account.objects.select_related("data_centre__region").get(pk=account_id)
    list_, at = published(), now()
    facts = terms_of(account, is_engaged=True)
    region = account.data_centre.region
    listing = listing_at(list_, at, facts.bound, region=region.code)
    former = environment.used_before(_MOST_FORMER)
    names = member_names()
    said = _said(names, list_.versions[-1].registry if list_.versions else None)
    reasons = reasons_of(account_id, listing.rows)
    terms = AccountTerms.objects.filter(effective_from__lte=at).order_by("-effective_from", "-id").first()
    registry = listing.version.registry if listing.version else None
    return Gathered(
        is_hosting=configuration.is_hosting(),
        provider=registry.provider.legal_name if registry else "",
        region=_region_name(region.code, region.name, registry),
        places=tuple(_places(account, registry)),
        version=listing.version,
        used=tuple(
            _used(row, reasons.get(row.engagement.key), said.get(row.engagement.key), at) for row in listing.rows
        ),
        instructed=tuple(_instructed(names, region)),
        formerly=tuple(replace(_of_environment(row), ended_at=row.retired_at) for row in former),
        coming=tuple(map(_change, listing.coming)),
        answers=tuple(said.values()),
        terms=terms if terms and (terms.ends_at is None or at < terms.ends_at) else None,
        people=len(names),
    )


def reasons_of(account_id: UUID, rows: Iterable[Row]) -> dict[str, Reason]:
    """What the gate says now of each engagement that the system itself sends data to: allowed when anything is."""
    asked = [(row.engagement.key, one) for row in rows for one in _requests(account_id, row)]
    known = gather_together([request for _, request in asked])
    found: dict[str, Reason] = {}
    for (key, request), (_, facts) in zip(asked, known, strict=True):
        reason = decide(request, replace(facts, resolves_to_reachable=True)).reason
        if reason is Reason.ALLOWED or key not in found:
            found[key] = reason
    return found


def _requests(account_id: UUID, row: Row) -> Iterable[Request]:
    for host in row.hosts:
        for purpose in row.engagement.purposes:
            carried = PURPOSES[purpose].categories.intersection(row.engagement.categories or ())
            if PURPOSES[purpose].classes and carried:
                yield Request(
                    account_id=account_id,
                    purpose=purpose,
                    categories=tuple(sorted(carried)),
                    destination=host,
                    is_on_request=True,
                )


def _used(row: Row, reason: Reason | None, said: Said | None, at: datetime) -> Used:
    company, engagement = row.subprocessor, row.engagement
    in_force = [one for one in company.agreements or () if one.effective_from <= at]
    lasting = [one for one in in_force if one.ends_at is None or at < one.ends_at]
    is_off = reason is not None and reason is not Reason.ALLOWED
    return Used(
        key=engagement.key,
        name=company.legal_name,
        established=country_name(company.country) if company.country else "",
        kind=str(KINDS[company.kind]),
        what_for=_what_for(row),
        data=enumeration(CATEGORIES.get(one, one) for one in engagement.categories or ()),
        places=places_of(row) or str(NOT_STATED),
        hosts=tuple(dict.fromkeys(map(str, row.hosts))),
        agreed_since=lasting[0].effective_from if lasting else None,
        why_off=refusal(reason.value) if reason is not None and is_off else "",
        said=said,
    )


def _what_for(row: Row) -> str:
    words = in_language(row.engagement.description)
    return words or enumeration(PURPOSE_WORDS.get(one, one) for one in row.engagement.purposes)


def _said(names: Mapping[UUID, str], registry: Registry | None) -> dict[str, Said]:
    titles = {
        one.key: company.legal_name
        for company in (registry.subprocessors if registry else ())
        for one in company.engagements
    }
    return {
        row.engagement: Said(
            state=row.state,
            words=row.get_state_display(),
            name=names.get(row.by_id, "") if row.by_id else "",
            at=row.at,
            reason=row.reason,
            resolution=row.get_resolution_display() if row.resolution else "",
            title=titles.get(row.engagement, row.engagement),
        )
        for row in Authorisation.objects.order_by("-at")
    }


def _region_name(code: str, name: str, registry: Registry | None) -> str:
    """As the list names it in the reader's language, else as the directory does."""
    places = registry.regions if registry else ()
    return next((in_language(place.name) for place in places if place.code == code), "") or name or code


def _places(account: Account, registry: Registry | None) -> Iterable[Place]:
    """The account's data centre first, then the others of its region."""
    hosts = {one.key: one.legal_name for one in (registry.subprocessors if registry else ())}
    centres = DataCentre.objects.filter(region=account.data_centre.region_id).order_by("code")
    for centre in sorted(centres, key=lambda one: one.code != account.data_centre_id):
        country = "" if centre.country == "ZZ" else country_name(centre.country)
        yield Place(centre.code, country, hosts.get(centre.host, centre.host), centre.code == account.data_centre_id)


def _instructed(names: Mapping[UUID, str], region: Region) -> Iterable[Instructed]:
    """The servers of who runs Steward for themselves, then what people of the account set up."""
    rows = Connector.objects.filter(retired_at=None).order_by("kind", "host", "port")
    noted = {row.kind: row for row in rows}
    for kind, chosen in environment.chosen().items():
        row = noted.get(kind)
        if row is not None and environment.is_noted(row, chosen):
            yield _of_environment(row)
        else:  # no process that uses it has started since: nobody knows since when
            yield Instructed(kind, str(chosen.destination), str(_KEPT[kind]), "", None)
    purposes = {"smtp": ["mail.deliver"], "imap": ["mail.fetch"]}
    for row in rows:
        if row.kind in environment.SETTINGS:
            continue
        told = enumeration(PURPOSE_WORDS.get(one, one) for one in purposes.get(row.kind, row.purposes))
        name = names.get(row.declared_by_id, "") if row.declared_by_id else ""
        one = Instructed(row.kind, f"{row.host}:{row.port}", told, name, row.declared_at)
        yield _service(one, row, region) if one.is_service else one


def _of_environment(row: Connector) -> Instructed:
    """Since when, as the first process found that started with it."""
    return Instructed(row.kind, str(Destination(row.host, row.port)), str(_KEPT[row.kind]), "", row.declared_at)


def _service(one: Instructed, row: Connector, region: Region) -> Instructed:
    data = sorted(str(CATEGORIES[each]) for each in data_of(row.purposes))
    return replace(
        one,
        title=row.name,
        data=enumeration(data),
        country=country_name(row.country) if row.country else "",
        is_outside=is_outside(row.country, region),
    )


def _change(coming: Coming) -> Change:
    row = coming.row or coming.before
    return Change(
        key=coming.key,
        name=row.subprocessor.legal_name if row else coming.key,
        kinds=enumeration(words for code, words in CHANGES.items() if code in coming.changes),
        what_for=_what_for(row) if row else "",
        places=places_of(row) if row else "",
        announced_at=coming.announced_at,
        stands_from=coming.stands_from,
    )
