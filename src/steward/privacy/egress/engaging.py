"""From the registry and an account's terms to what the decision reads: one grant for each engagement of a host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from steward.lib.clock import now
from steward.privacy.egress.decision import Answer, Engaged, Grant, Period, Request, Terms
from steward.privacy.egress.hosts import purposes_by_traffic
from steward.privacy.egress.models import AccountTerms, Authorisation
from steward.privacy.egress.purposes import TrafficClass
from steward.privacy.egress.registry import standing
from steward.privacy.egress.registry.document import Endpoint, Engagement, Mechanism, Subprocessor
from steward.privacy.egress.registry.standing import Bound, Revision
from steward.privacy.egress.registry.versions import Published
from steward.tenancy.models import Account, Region

_ANSWERS = {
    Authorisation.State.AUTHORISED.value: Answer.AUTHORISED,
    Authorisation.State.OBJECTED.value: Answer.OBJECTED,
    Authorisation.State.REFUSED.value: Answer.REFUSED,
}
ANSWERED = [*_ANSWERS]
_TRANSFERS = frozenset({Mechanism.ADEQUACY, Mechanism.CLAUSES, Mechanism.BINDING_RULES})


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What of the account the registry is judged by."""

    terms: Terms
    bound: Bound


def terms_of(account: Account, *, is_engaged: bool) -> AccountFacts:
    """What the account has agreed to and said. Only its region is read unless a subprocessor is concerned."""
    region = account.data_centre.region
    if not is_engaged:
        return AccountFacts(Terms(region=region.code), Bound(account.created_at))
    agreed = _agreement_of()
    countries = _countries_of(agreed.regions) if agreed and agreed.regions else None
    answers = Authorisation.objects.filter(state__in=ANSWERED).values_list("engagement", "state")
    return facts_from(region, account.created_at, agreed, countries, answers)


def facts_from(
    region: Region,
    opened_at: datetime,
    agreed: AccountTerms | None,
    agreed_countries: frozenset[str] | None,
    answers: Iterable[tuple[str, str]],
) -> AccountFacts:
    """The same of what was read: the agreement that came last, the countries it admits, answers by engagement."""
    terms = Terms(
        region=region.code,
        countries=frozenset(region.countries),
        agreed_countries=agreed_countries,
        agreement=Period(str(agreed.agreement_id), agreed.effective_from, agreed.ends_at) if agreed else None,
        is_specific=agreed is not None and agreed.mode == AccountTerms.Mode.SPECIFIC,
        answers=MappingProxyType({engagement: _ANSWERS[state] for engagement, state in answers}),
    )
    return AccountFacts(terms, Bound(opened_at, agreed.notice_days if agreed else standing.LEAST_NOTICE_DAYS))


def registry_grants(list_: Published, request: Request, facts: AccountFacts | None) -> Iterator[Grant]:
    """A grant for each engagement that names the host, or did: in the state that stands for the account.

    Of class S where we go there for the account, of class I for the servers everything stands on, of class B where the
    reader's browser goes there.
    """
    bound = facts.bound if facts else standing.EVERYBODY
    for key in list_.engaged_at.get(request.destination, ()):
        known = standing.standing(list_.revisions[key], bound, now())
        if (pending := known.pending) is not None:
            yield from _grants(pending.revision, request, usable_from=pending.usable_from)
        if (current := known.current) is not None:
            yield from _grants(current, request, usable_from=current.version.published_at)
            if not _endpoints(current, request):
                yield _ended(key, request)


def _grants(revision: Revision, request: Request, *, usable_from: datetime) -> Iterator[Grant]:
    if revision.engaged is None:
        return
    subprocessor, engagement = revision.engaged.subprocessor, revision.engaged.engagement
    for endpoint in _endpoints(revision, request):
        engaged = _engaged(subprocessor, engagement, revision.version.number, usable_from)
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


def _engaged(subprocessor: Subprocessor, engagement: Engagement, version: int, usable_from: datetime) -> Engaged:
    return Engaged(
        key=engagement.key,
        version=version,
        usable_from=usable_from,
        agreements=tuple(Period(a.version, a.effective_from, a.ends_at) for a in subprocessor.agreements or ()),
        regions=_stated(engagement.regions),
        countries=_stated(engagement.countries),
        has_mechanism=engagement.mechanism in _TRANSFERS,
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
