"""From the registry and an account's terms to what the decision reads: one grant for each engagement of a host."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from steward.lib.clock import now
from steward.privacy.egress.decision import Answer, Engaged, Grant, Period, Request, Terms
from steward.privacy.egress.hosts import purposes_by_traffic
from steward.privacy.egress.models import AccountTerms, Authorisation
from steward.privacy.egress.purposes import TrafficClass
from steward.privacy.egress.registry import standing
from steward.privacy.egress.registry.changes import Engaged as Listed
from steward.privacy.egress.registry.document import TRANSFERS, Endpoint, Engagement
from steward.privacy.egress.registry.standing import Bound, Revision, Standing
from steward.privacy.egress.registry.versions import Published
from steward.tenancy.models import Account, Region

_ANSWERS = {
    Authorisation.State.AUTHORISED.value: Answer.AUTHORISED,
    Authorisation.State.OBJECTED.value: Answer.OBJECTED,
    Authorisation.State.REFUSED.value: Answer.REFUSED,
}
ANSWERED = [*_ANSWERS]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What of the account the registry is judged by. `answered_in`: the version it answered, by engagement."""

    terms: Terms
    bound: Bound
    answered_in: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def is_beyond(self, list_: Published, key: str, revision: Revision) -> bool:
        """Whether a state of an engagement is wider than what the account answered to: it never saw that."""
        return key in self.answered_in and standing.is_beyond(list_.revisions[key], revision, self.answered_in[key])


def terms_of(account: Account, *, is_engaged: bool) -> AccountFacts:
    """What the account has agreed to and said. Only its region is read unless a subprocessor is concerned."""
    region = account.data_centre.region
    if not is_engaged:
        return AccountFacts(Terms(region=region.code), Bound(account.created_at))
    agreed = _agreement_of()
    countries = _countries_of(agreed.regions) if agreed and agreed.regions else None
    answers = Authorisation.objects.filter(state__in=ANSWERED).values_list("engagement", "state", "version")
    notices = AccountTerms.objects.order_by("effective_from", "id").values_list("effective_from", "notice_days")
    return facts_from(region, Bound(account.created_at, tuple(notices)), agreed, countries, answers)


def facts_from(
    region: Region,
    bound: Bound,
    agreed: AccountTerms | None,
    agreed_countries: frozenset[str] | None,
    answers: Iterable[tuple[str, str, int]],
) -> AccountFacts:
    """The same of what was read: the agreement that came last, the countries it admits, answers by engagement."""
    answered = list(answers)
    terms = Terms(
        region=region.code,
        countries=frozenset(region.countries),
        agreed_countries=agreed_countries,
        agreement=Period(str(agreed.agreement_id), agreed.effective_from, agreed.ends_at) if agreed else None,
        is_specific=agreed is not None and agreed.mode == AccountTerms.Mode.SPECIFIC,
        answers=MappingProxyType({engagement: _ANSWERS[state] for engagement, state, _version in answered}),
    )
    return AccountFacts(terms, bound, MappingProxyType({one: version for one, _state, version in answered}))


def beyond_answers(list_: Published, facts: AccountFacts, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """The engagements that are wider than what the account answered to: as they stand, and as they are announced."""
    standing_, announced = set(), set()
    for key in facts.answered_in.keys() & list_.revisions.keys():
        known = standing.standing(list_.revisions[key], facts.bound, at)
        if known.current is not None and facts.is_beyond(list_, key, known.current):
            standing_.add(key)
        if known.pending is not None and facts.is_beyond(list_, key, known.pending.revision):
            announced.add(key)
    return frozenset(standing_), frozenset(announced)


def registry_grants(list_: Published, request: Request, facts: AccountFacts | None) -> Iterator[Grant]:
    """A grant for each engagement that names the host, or did: in the state that stands for the account.

    Of class S where we go there for the account, of class I for the servers everything stands on, of class B where the
    reader's browser goes there.
    """
    bound = facts.bound if facts else standing.EVERYBODY
    for key in list_.engaged_at.get(request.destination, ()):
        known = standing.standing(list_.revisions[key], bound, now())
        for revision, usable_from in _states(known):
            is_beyond = facts is not None and facts.is_beyond(list_, key, revision)
            yield from _grants(revision, request, usable_from=usable_from, is_beyond=is_beyond)
        if known.current is not None and not _endpoints(known.current, request):
            yield _ended(key, request)


def _states(known: Standing) -> Iterator[tuple[Revision, datetime]]:
    if known.pending is not None:
        yield known.pending.revision, known.pending.usable_from
    if known.current is not None:
        yield known.current, known.current.version.published_at


def _grants(revision: Revision, request: Request, *, usable_from: datetime, is_beyond: bool) -> Iterator[Grant]:
    if revision.engaged is None:
        return
    engagement = revision.engaged.engagement
    for endpoint in _endpoints(revision, request):
        engaged = _engaged(revision.engaged, revision.version.number, usable_from, is_beyond=is_beyond)
        served = purposes_by_traffic(engagement, endpoint.protocol)
        # An endpoint that no purpose of the engagement may go to is known all the same: it is for something else.
        for traffic, purposes in served.items() or [(TrafficClass.SUBPROCESSOR, frozenset[str]())]:
            yield _grant(traffic, purposes, request, engagement, engaged)


def _endpoints(revision: Revision, request: Request) -> list[Endpoint]:
    wanted = (request.destination.host, request.destination.port)
    endpoints = (revision.engaged.engagement.endpoints or ()) if revision.engaged else ()
    return [endpoint for endpoint in endpoints if (endpoint.host, endpoint.port) == wanted]


def _grant(
    traffic: TrafficClass, purposes: frozenset[str], request: Request, engagement: Engagement, engaged: Engaged
) -> Grant:
    return Grant(
        traffic=traffic,
        destination=request.destination,
        purposes=purposes,
        categories=frozenset(engagement.categories or ()),
        engaged=engaged,
    )


def _engaged(listed: Listed, version: int, usable_from: datetime, *, is_beyond: bool) -> Engaged:
    subprocessor, engagement = listed.subprocessor, listed.engagement
    return Engaged(
        key=engagement.key,
        version=version,
        usable_from=usable_from,
        agreements=tuple(Period(a.version, a.effective_from, a.ends_at) for a in subprocessor.agreements or ()),
        regions=_stated(engagement.regions),
        countries=_stated(engagement.countries),
        has_mechanism=engagement.mechanism in TRANSFERS,
        is_beyond_answer=is_beyond,
    )


def _ended(key: str, request: Request) -> Grant:
    """The engagement no longer names the host, or is over: that it once did tells more than an unknown host."""
    return Grant(
        traffic=TrafficClass.SUBPROCESSOR,
        destination=request.destination,
        purposes=frozenset(),
        categories=frozenset(),
        is_active=False,
        engaged=Engaged(key=key, version=0, usable_from=now()),
    )


def _stated(values: Iterable[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _agreement_of() -> AccountTerms | None:
    return AccountTerms.objects.order_by("-effective_from", "-id").first()


def _countries_of(regions: Iterable[str]) -> frozenset[str]:
    rows = Region.objects.filter(code__in=regions).values_list("countries", flat=True)
    return frozenset(country for countries in rows for country in countries)
