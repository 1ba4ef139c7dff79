"""Trying out a service over HTTP while somebody waits: one call with its key and nothing else, and what came of it.

Through the gate for the purpose `service.try`: the service need not be declared yet, and is not by being tried.
Nothing typed is kept, and a redirect is not followed: where it leads is no place the account has named.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.http import Call, CallFailed, Fault, call
from steward.privacy.egress.own_services import headers_with
from steward.privacy.egress.replies import words_of

TRIAL_SECONDS = 15.0  # somebody waits in front of the page
_LONGEST = 1 << 20  # bytes of an answer nobody reads
_CATEGORIES = ("system.operations",)


class Outcome(StrEnum):
    """What came of it, for people to act on."""

    WORKS = "works"
    NOT_ACCEPTED = "not_accepted"  # it answers, and does not accept the key
    NOTHING_THERE = "nothing_there"  # it answers, and knows nothing at this very address
    ELSEWHERE = "elsewhere"  # it sends on to another address
    BUSY = "busy"
    BROKEN = "broken"  # it answers that it is in trouble itself
    OTHER = "other"  # another refusal of its own
    DENIED = "denied"  # the gate
    PRIVATE = "private"  # the gate, for an address of a private network
    FAILED = "failed"  # no answer; `fault` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What is called: an address, and the key it is shown."""

    url: str = field(repr=False)
    key: str = field(default="", repr=False)
    key_header: str = ""


@dataclass(frozen=True, slots=True)
class ServiceTrial:
    """The outcome; `status` is the service's (0: it gave none), `reason` the gate's, `to` a host it sends on to."""

    outcome: Outcome
    status: int = 0
    fault: Fault | None = None
    reason: str = ""
    words: str = ""
    to: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the service was reached and said nothing against the key."""
        return self.outcome in {Outcome.WORKS, Outcome.NOTHING_THERE}


def try_service(account_id: UUID, service: Reached, *, seconds: float = TRIAL_SECONDS) -> ServiceTrial:
    """Call it once. Raises `InsideTransaction`."""
    wanted = Call(
        account_id=account_id,
        purpose="service.try",
        categories=_CATEGORIES,
        url=service.url,
        headers=headers_with(service.key, service.key_header),
        is_on_request=True,
        follows=False,
    )
    try:
        answer = call(wanted, seconds=seconds, longest=_LONGEST)
    except EgressDenied as denial:
        is_private = denial.reason is Reason.PRIVATE_ADDRESS
        return ServiceTrial(Outcome.PRIVATE if is_private else Outcome.DENIED, reason=denial.reason.value)
    except CallFailed as failure:
        if failure.fault is Fault.TOO_LONG:
            return ServiceTrial(Outcome.WORKS)
        return ServiceTrial(Outcome.FAILED, fault=failure.fault, words=words_of(str(failure)))
    return ServiceTrial(_outcome_of(answer.status), answer.status, to=_host(answer.headers.get("location", "")))


def _outcome_of(status: int) -> Outcome:
    """What an answer means (RFC 9110 section 15)."""
    if status in {401, 403, 407}:
        return Outcome.NOT_ACCEPTED
    if status in {404, 405, 410}:
        return Outcome.NOTHING_THERE
    if status == 429:
        return Outcome.BUSY
    by_hundreds = {2: Outcome.WORKS, 3: Outcome.ELSEWHERE, 5: Outcome.BROKEN}
    return by_hundreds.get(status // 100, Outcome.OTHER)


def _host(location: str) -> str:
    try:
        return words_of(urlsplit(location).hostname or "")
    except ValueError:
        return ""


__all__ = ["TRIAL_SECONDS", "Outcome", "Reached", "ServiceTrial", "try_service"]
