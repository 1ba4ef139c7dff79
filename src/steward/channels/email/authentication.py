"""SPF, DKIM and DMARC, checked where our listener is the exchanger: only there the client's address is the sender's.

Look-ups go through the gate. Trouble with the DNS yields `temperror`, never `fail`: a mail is not doubted because a
server of somebody else did not answer. Each check has its own time, and the signatures that could speak for From are
checked first: a forger's own slow DNS must not turn a failure into trouble.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dkim
import spf

from steward.channels.email.dmarc import Policy, as_domain, find_policy
from steward.channels.email.parsing.parse import read_authors
from steward.privacy.egress.dns import LookupFailed, dnsfunc, lookup, texts

LONGEST = 5.0  # seconds for the look-ups of one check
_MOST_SIGNATURES = 10
# What dkimpy raises over odd mail.
_BROKEN = (dkim.DKIMException, dkim.InvalidTagValueList, ValueError, KeyError, TypeError, IndexError)


@dataclass(frozen=True, slots=True)
class Client:
    """Who handed the mail over."""

    ip: str
    helo: str
    mail_from: str  # empty for the null sender, then the HELO name is what is checked (RFC 7208 section 2.4)


@dataclass(frozen=True, slots=True)
class _Check:
    """What one check found, and the domain it found it for."""

    result: str
    domain: str = ""


class _NoAuthor(Exception):
    """From names nobody, or does not say clearly whom."""

    def __init__(self, result: str) -> None:
        super().__init__(result)
        self.result = result


def authenticate(raw: bytes, client: Client) -> dict[str, str]:
    """Results by method, as in RFC 8601 section 2.7: `{"spf": ..., "dkim": ..., "dmarc": ...}`."""
    policy, without_policy = _policy_for(raw)
    signatures = _signatures(raw, policy)
    sender = _sender(client)
    return {
        "spf": sender.result,
        "dkim": _best(signatures).result,
        "dmarc": _judged(policy, sender, signatures) if policy else without_policy,
    }


def _judged(policy: Policy, sender: _Check, signatures: Sequence[_Check]) -> str:
    """One aligned check that passes is enough (RFC 7489 section 6.6.2)."""
    results = {check.result for check in signatures if policy.is_signed_by(check.domain)}
    if policy.is_sent_by(sender.domain):
        results.add(sender.result)
    return next((result for result in ("pass", "temperror") if result in results), "fail")


def _policy_for(raw: bytes) -> tuple[Policy | None, str]:
    """The policy for the author's domain; without one, the result there is."""
    try:
        policy = find_policy(_author_domain(raw), seconds=LONGEST / 2)  # it asks twice at most
    except _NoAuthor as no:
        return None, no.result
    except LookupFailed:
        return None, "temperror"
    return policy, "none"


def _author_domain(raw: bytes) -> str:
    """The domain of whom we show as the author; mail with several is not judged by one (RFC 7489 section 6.6.1)."""
    fields = read_authors(raw)
    named = [address.email for field in fields for address in field if "@" in address.email]
    if not named:
        raise _NoAuthor("none")
    domains = {as_domain(email.rpartition("@")[2]) for email in named}
    if len(fields) > 1 or len(domains) > 1 or "" in domains:
        raise _NoAuthor("permerror")
    return domains.pop()


def _sender(client: Client) -> _Check:
    local, _, domain = (client.mail_from or f"postmaster@{client.helo}").rpartition("@")
    _deadline.at = time.monotonic() + LONGEST
    try:
        sender = f"{local.replace('@', '.') or 'postmaster'}@{domain}"
        result, _words = spf.check2(i=client.ip, s=sender, h=client.helo, querytime=int(LONGEST))
    except (ValueError, UnicodeError, spf.PermError):
        result = "permerror"  # an address or a name that is none
    return _Check(result or "none", domain)


class _Deadline(threading.local):
    """Until when the check in this thread may ask."""

    at = 0.0


_deadline = _Deadline()


def _spf_lookup(name: str, kind: str, tcpfallback: bool = True, timeout: float = LONGEST) -> list[Any]:
    """The records of a name in the form pyspf wants."""
    seconds = min(timeout, max(0.1, _deadline.at - time.monotonic()))
    try:
        if kind in {"TXT", "SPF"}:
            return [((name, kind), [text]) for text in texts(name, seconds=seconds)]
        answers = lookup(name, kind, purpose="mail.authenticate", seconds=seconds)
    except LookupFailed as error:
        raise spf.TempError(f"DNS {error}") from error
    return [((name, kind), _spf_form(kind, answer)) for answer in answers]


def _spf_form(kind: str, answer: str) -> Any:
    if kind == "MX":
        preference, exchange = answer.split()
        return int(preference), exchange.rstrip(".")
    return answer.rstrip(".")


spf.DNSLookup = _spf_lookup  # pyspf asks whatever its module holds under this name


def _signatures(raw: bytes, policy: Policy | None) -> list[_Check]:
    """Each signature of the mail, those that could speak for its author first."""
    try:
        message = dkim.DKIM(raw)
    except _BROKEN:
        return [_Check("permerror")]
    written = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
    domains = dict(enumerate(_signing_domain(value) for value in written))
    if policy:
        domains = dict(sorted(domains.items(), key=lambda item: not policy.is_signed_by(item[1])))
    deadline = time.monotonic() + LONGEST
    return [_Check(_signature(message, index, deadline), domains[index]) for index in list(domains)[:_MOST_SIGNATURES]]


def _signing_domain(signature: bytes) -> str:
    try:
        return str(dkim.parse_tag_value(signature).get(b"d", b"").decode("ascii", "replace"))
    except _BROKEN:
        return ""


def _signature(message: Any, index: int, deadline: float) -> str:
    def ask(name: Any, timeout: float = LONGEST) -> Any:
        seconds = min(timeout, deadline - time.monotonic())
        if seconds <= 0:
            raise LookupFailed("no time is left")
        return dnsfunc(name, timeout=seconds)

    try:
        return "pass" if message.verify(idx=index, dnsfunc=ask) else "fail"
    except LookupFailed:
        return "temperror"
    except _BROKEN:
        return "fail"  # a signature that cannot be read is none that holds


def _best(signatures: Sequence[_Check]) -> _Check:
    """One that holds is enough (RFC 6376 section 6.1)."""
    order = ("pass", "temperror", "fail", "permerror")
    return min(signatures, key=lambda check: order.index(check.result), default=_Check("none"))
