"""The decision: may these data go to that host, for this purpose, for this account? Pure, and no unless all say yes.

The gate gathers what is known, `decide` judges it. A new condition is one more line in `_CONDITIONS`; the first that
fails gives the reason. Queue consumers decide again at send time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What makes one destination known: a connector the account declared, or a server the operator configured.

    `account_id` is None for the installation's own servers, which serve every account.
    """

    traffic: TrafficClass
    destination: Destination
    purposes: frozenset[str]
    categories: frozenset[str]
    account_id: UUID | None = None
    is_active: bool = True
    engagement_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All the decision reads, gathered by the gate for one request."""

    grants: tuple[Grant, ...] = ()
    is_account_open: bool = False
    resolves_to_reachable: bool = False  # every address of the host is public or allowed by the operator


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
    """Judge one request: allowed only when every condition holds, else the first that fails is the reason."""
    grant = _grant_for(request, known)
    for reason, holds in _CONDITIONS:
        if not holds(request, known, grant):
            return Decision(reason, grant)
    return Decision(Reason.ALLOWED, grant)


def _grant_for(request: Request, known: Known) -> Grant | None:
    """The grant that fits best: with several for one host, one that is for the purpose, and active."""
    fitting = [g for g in known.grants if _is_for(g, request)]
    return max(fitting, key=lambda g: (request.purpose in g.purposes, g.is_active), default=None)


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


def _is_authorised(request: Request, _known: Known, grant: Grant | None) -> bool:
    """S needs an engagement the account has agreed to: there is none before there is a registry. B a person's wish.

    So does trying out a server that nobody has declared yet.
    """
    if grant is not None and grant.traffic is TrafficClass.SUBPROCESSOR:
        return grant.engagement_id is not None
    return request.is_on_request or not (_is_in_browser(grant) or PURPOSES[request.purpose].is_by_wish)


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
    (Reason.PURPOSE_NOT_COVERED, _covers_purpose),
    (Reason.CATEGORY_NOT_COVERED, _covers_categories),
    (Reason.NOT_AUTHORISED, _is_authorised),
    (Reason.SUBJECT_RESTRICTED, _is_unrestricted),
    (Reason.ACCOUNT_STATE, _is_account_open),
)
