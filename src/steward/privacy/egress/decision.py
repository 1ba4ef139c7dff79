"""The decision: may these data go to that host, for this purpose, for this account? Pure, and no unless all say yes.

The gate gathers what is known, `decide` judges it. A new condition is one more line in `_CONDITIONS`; the first that
fails gives the reason. Queue consumers decide again at send time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.purposes import PURPOSES, TrafficClass


class Reason(StrEnum):
    """Why a decision came out as it did; the first failing condition wins, in this order."""

    ALLOWED = "allowed"
    UNDECLARED_CALL = "undeclared_call"
    UNKNOWN_HOST = "unknown_host"
    PRIVATE_ADDRESS = "private_address"
    NOT_ACTIVE = "not_active"
    NOTICE_PENDING = "notice_pending"
    PURPOSE_NOT_COVERED = "purpose_not_covered"
    CATEGORY_NOT_COVERED = "category_not_covered"
    VENDOR_DPA_NOT_IN_FORCE = "vendor_dpa_not_in_force"
    TENANT_DPA_NOT_IN_FORCE = "tenant_dpa_not_in_force"
    TENANT_OBJECTED = "tenant_objected"
    NOT_AUTHORISED = "not_authorised"
    REGION_NOT_SERVED = "region_not_served"
    TRANSFER_WITHOUT_MECHANISM = "transfer_without_mechanism"
    SUBJECT_RESTRICTED = "subject_restricted"
    ACCOUNT_STATE = "account_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to send where, and why.

    `categories` are fideslang keys. `is_restricted` is said by the caller, who knows the persons concerned
    (GDPR article 18); `is_on_request` that a person asked for it just now (class B, and trying out a server).
    """

    account_id: UUID | None
    purpose: str
    categories: tuple[str, ...]
    destination: Destination
    is_restricted: bool = False
    is_on_request: bool = False


class Answer(StrEnum):
    """What an account has said about an engagement, as far as the gate is concerned."""

    AUTHORISED = "authorised"
    OBJECTED = "objected"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Period:
    """In force from `since` until before `until`; without end when that is None. `name` goes into the ledger."""

    name: str
    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """One engagement of the registry, in the state that stands, or is announced, for the account.

    None for `regions` and `countries` is "not stated", which is no permission.
    """

    key: str
    version: int
    usable_from: datetime
    agreements: tuple[Period, ...] = ()
    regions: frozenset[str] | None = None
    countries: frozenset[str] | None = None
    has_mechanism: bool = False
    is_beyond_answer: bool = False  # wider than what the account agreed to

    @property
    def only_country(self) -> str:
        """Where the data go, when that is one country; else empty."""
        return min(self.countries) if self.countries and len(self.countries) == 1 else ""

    def agreement_at(self, at: datetime) -> Period | None:
        """The agreement with the subprocessor that is in force at a moment."""
        return next((agreement for agreement in self.agreements if agreement.holds(at)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the decision reads of the account: where its data belong, its agreement with us, what it has said."""

    region: str
    countries: frozenset[str] = frozenset()  # those of the region
    agreed_countries: frozenset[str] | None = None  # the only ones its agreement admits, mechanism or not
    agreement: Period | None = None
    is_specific: bool = False  # nothing of class S before it was agreed to
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What makes one destination known: a connector the account declared, a server the operator configured, or an
    engagement of the registry.

    `account_id` is None for the installation's own servers, which serve every account.
    """

    traffic: TrafficClass
    destination: Destination
    purposes: frozenset[str]
    categories: frozenset[str]
    account_id: UUID | None = None
    is_active: bool = True
    engaged: Engaged | None = None  # class S, and only there
    connector_id: UUID | None = None  # this and the next only go into the ledger
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All the decision reads, gathered by the gate for one request."""

    now: datetime
    grants: tuple[Grant, ...] = ()
    terms: Terms | None = None  # None only where no account is concerned
    is_account_open: bool = False
    resolves_to_reachable: bool = False  # every address of the host is public or allowed by the operator
    region: str = ""  # the data leave from; this and the next only go into the ledger
    registry: int | None = None  # the number of the newest version


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome. `grant` is the one that was judged, when there was one."""

    reason: Reason
    grant: Grant | None = field(default=None)

    @property
    def is_allowed(self) -> bool:
        """Whether anything may leave."""
        return self.reason is Reason.ALLOWED


class EgressDenied(Exception):
    """The gate said no. Callers show the reason where the person concerned sees it; trying again changes nothing."""

    def __init__(self, request: Request, decision: Decision) -> None:
        super().__init__(f"{request.purpose} denied: {decision.reason.value}")
        self.request = request
        self.decision = decision

    @property
    def reason(self) -> Reason:
        """The first condition that failed."""
        return self.decision.reason


def decide(request: Request, known: Known) -> Decision:
    """Judge one request: allowed only when every condition holds, else the first that fails is the reason.

    With several grants for one destination any of them may allow it; the reason is that of the one that fits best.
    """
    fitting = sorted((grant for grant in known.grants if _is_for(grant, request)), key=_fit(request), reverse=True)
    judged = [Decision(_first_failure(request, known, grant), grant) for grant in fitting]
    return next(
        (decision for decision in judged if decision.is_allowed), judged[0] if judged else _unfit(request, known)
    )


def _unfit(request: Request, known: Known) -> Decision:
    return Decision(_first_failure(request, known, None))


def _first_failure(request: Request, known: Known, grant: Grant | None) -> Reason:
    return next((reason for reason, holds in _CONDITIONS if not holds(request, known, grant)), Reason.ALLOWED)


def _fit(request: Request) -> "Callable[[Grant], tuple[bool, bool]]":
    return lambda grant: (request.purpose in grant.purposes, grant.is_active)


def _is_for(grant: Grant, request: Request) -> bool:
    is_own = grant.account_id in (None, request.account_id)
    return is_own and grant.destination == request.destination


def _is_declared(request: Request, _known: Known, grant: Grant | None) -> bool:
    purpose = PURPOSES.get(request.purpose)
    return purpose is not None and bool(request.categories) and (grant is None or grant.traffic in purpose.classes)


def _is_known(_request: Request, _known: Known, grant: Grant | None) -> bool:
    return grant is not None


def _is_reachable(_request: Request, known: Known, grant: Grant | None) -> bool:
    return known.resolves_to_reachable or _is_in_browser(grant)


def _is_active(_request: Request, _known: Known, grant: Grant | None) -> bool:
    return grant is not None and grant.is_active


def _covers_purpose(request: Request, _known: Known, grant: Grant | None) -> bool:
    return grant is not None and request.purpose in grant.purposes


def _covers_categories(request: Request, _known: Known, grant: Grant | None) -> bool:
    wanted = set(request.categories)
    return grant is not None and wanted <= grant.categories and wanted <= PURPOSES[request.purpose].categories


def _is_noticed(_request: Request, known: Known, grant: Grant | None) -> bool:
    engaged = _engaged(grant)
    return engaged is None or engaged.usable_from <= known.now


def _has_vendor_agreement(_request: Request, known: Known, grant: Grant | None) -> bool:
    engaged = _engaged(grant)
    return engaged is None or engaged.agreement_at(known.now) is not None


def _has_agreement(request: Request, known: Known, grant: Grant | None) -> bool:
    if _engaged(grant) is None or request.account_id is None:
        return True
    agreement = known.terms.agreement if known.terms else None
    return agreement is not None and agreement.holds(known.now)


def _is_not_objected(_request: Request, known: Known, grant: Grant | None) -> bool:
    return _answer(known, grant) is not Answer.OBJECTED


def _is_authorised(request: Request, known: Known, grant: Grant | None) -> bool:
    """S takes an engagement, and an account's yes where its terms want one; B, and trying a server, a person's wish."""
    if grant is not None and grant.traffic is TrafficClass.SUBPROCESSOR:
        engaged, answer = grant.engaged, _answer(known, grant)
        if known.terms is not None and known.terms.is_specific:
            return engaged is not None and answer is Answer.AUTHORISED and not engaged.is_beyond_answer
        return engaged is not None and answer is not Answer.REFUSED
    return request.is_on_request or not (_is_in_browser(grant) or PURPOSES[request.purpose].is_by_wish)


def _is_region_served(request: Request, known: Known, grant: Grant | None) -> bool:
    engaged = _engaged(grant)
    if engaged is None or request.account_id is None:
        return True
    terms = known.terms
    if terms is None or engaged.regions is None or terms.region not in engaged.regions:
        return False
    return terms.agreed_countries is None or (
        engaged.countries is not None and engaged.countries <= terms.agreed_countries
    )


def _is_transfer_covered(request: Request, known: Known, grant: Grant | None) -> bool:
    """Countries that are not stated may be any: then only a mechanism helps."""
    engaged = _engaged(grant)
    if engaged is None or request.account_id is None or engaged.has_mechanism:
        return True
    return known.terms is not None and engaged.countries is not None and engaged.countries <= known.terms.countries


def _engaged(grant: Grant | None) -> Engaged | None:
    return grant.engaged if grant is not None else None


def _answer(known: Known, grant: Grant | None) -> Answer | None:
    engaged = _engaged(grant)
    return known.terms.answers.get(engaged.key) if engaged is not None and known.terms is not None else None


def _is_unrestricted(request: Request, _known: Known, _grant: Grant | None) -> bool:
    return not request.is_restricted


def _is_account_open(request: Request, known: Known, _grant: Grant | None) -> bool:
    return request.account_id is None or known.is_account_open


def _is_in_browser(grant: Grant | None) -> bool:
    return grant is not None and grant.traffic is TrafficClass.BROWSER


_Condition = Callable[[Request, Known, Grant | None], bool]
_CONDITIONS: tuple[tuple[Reason, _Condition], ...] = (
    (Reason.UNDECLARED_CALL, _is_declared),
    (Reason.UNKNOWN_HOST, _is_known),
    (Reason.PRIVATE_ADDRESS, _is_reachable),
    (Reason.NOT_ACTIVE, _is_active),
    (Reason.NOTICE_PENDING, _is_noticed),
    (Reason.PURPOSE_NOT_COVERED, _covers_purpose),
    (Reason.CATEGORY_NOT_COVERED, _covers_categories),
    (Reason.VENDOR_DPA_NOT_IN_FORCE, _has_vendor_agreement),
    (Reason.TENANT_DPA_NOT_IN_FORCE, _has_agreement),
    (Reason.TENANT_OBJECTED, _is_not_objected),
    (Reason.NOT_AUTHORISED, _is_authorised),
    (Reason.REGION_NOT_SERVED, _is_region_served),
    (Reason.TRANSFER_WITHOUT_MECHANISM, _is_transfer_covered),
    (Reason.SUBJECT_RESTRICTED, _is_unrestricted),
    (Reason.ACCOUNT_STATE, _is_account_open),
)
