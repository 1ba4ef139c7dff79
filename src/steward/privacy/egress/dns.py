"""Asking the DNS: through `STEWARD_RESOLVER`, or the resolvers the system names, and nobody else (class I)."""

from functools import lru_cache
from typing import AnyStr

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from steward.lib.clock import now
from steward.privacy.egress import configuration, ledger, wall
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import EgressDenied, Grant, Known, Request, decide
from steward.privacy.egress.purposes import PURPOSES, TrafficClass

RESOLVE = "dns.resolve"
AUTHENTICATE = "mail.authenticate"
LONGEST_SECONDS = 5.0
_CACHED_ANSWERS = 5_000
_DMARC = "v=DMARC1"


class LookupFailed(dns.exception.DNSException):
    """No answer in time, or the servers failed: ask again later. A DNSException, for dkimpy and authheaders."""

    def __init__(self, why: str) -> None:
        super().__init__(why)  # type: ignore[no-untyped-call]


def lookup(name: str, kind: str, *, purpose: str = RESOLVE, seconds: float = LONGEST_SECONDS) -> tuple[str, ...]:
    """The records of one type (`A`, `MX`, ...) in presentation form; none for a name that does not exist or is no name.

    Blocks for `seconds` at most. Raises `LookupFailed`, or `EgressDenied` for a purpose not meant for look-ups.
    """
    return tuple(record.to_text() for record in _records(name, kind, purpose, seconds))


def texts(name: str, *, purpose: str = AUTHENTICATE, seconds: float = LONGEST_SECONDS) -> tuple[bytes, ...]:
    """The TXT records of a name, the strings of each joined (RFC 7208 section 3.3). Raises `LookupFailed`."""
    records = _records(name, "TXT", purpose, seconds)
    return tuple(b"".join(record.strings) for record in records if isinstance(record, TXT))


def dnsfunc(name: AnyStr, timeout: float = LONGEST_SECONDS) -> AnyStr | None:
    """The look-up dkimpy (bytes) and authheaders (text) take as `dnsfunc`: one TXT record or None.

    Of the texts at a `_dmarc` name only a DMARC record counts, and two of them count as none (RFC 7489 section 6.6.3).
    """
    if isinstance(name, bytes):
        found = texts(name.decode("ascii", "replace"), seconds=timeout)
        return found[0] if found else None
    answers = [text.decode("utf-8", "replace") for text in texts(name, seconds=timeout)]
    if name.startswith("_dmarc."):
        answers = [text for text in answers if text.startswith(_DMARC)]
        return answers[0] if len(answers) == 1 else None
    return answers[0] if answers else None


def servers() -> tuple[Destination, ...]:
    """Who is asked: `STEWARD_RESOLVER`, or those the system names; none when it names none."""
    try:
        resolver = _resolver(configuration.resolver())
    except LookupFailed:
        return ()
    return tuple(Destination(str(server), resolver.port) for server in resolver.nameservers)


def forget_answers() -> None:
    """Drop all cached answers and read the configuration anew."""
    _resolver.cache_clear()


def _records(name: str, kind: str, purpose: str, seconds: float) -> list[dns.rdata.Rdata]:
    resolver = _resolver(configuration.resolver())
    try:
        question = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        return []  # not a name, so there is no such name
    asked = _allowed_servers(resolver, purpose)
    is_asked = not _is_cached(resolver, question, kind)
    try:
        with wall.allow(*((server.host, server.port) for server in asked)):
            answer = resolver.resolve(question, kind, lifetime=seconds, search=False, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return []
    except (dns.exception.Timeout, dns.resolver.NoNameservers, dns.resolver.YXDOMAIN) as error:
        raise LookupFailed(type(error).__name__) from error
    finally:
        if is_asked:
            ledger.count_lookup(asked[0], purpose)
    return list(answer.rrset or ())


def _is_cached(resolver: dns.resolver.Resolver, question: dns.name.Name, kind: str) -> bool:
    key = (question, dns.rdatatype.from_text(kind), dns.rdataclass.IN)
    return resolver.cache is not None and resolver.cache.get(key) is not None


def _allowed_servers(resolver: dns.resolver.Resolver, purpose: str) -> list[Destination]:
    found = [Destination(str(server), resolver.port) for server in resolver.nameservers]
    if not found:
        raise LookupFailed("no resolver is configured")
    for server in found:
        _check(server, purpose)
    return found


@lru_cache(maxsize=64)
def _check(server: Destination, purpose: str) -> None:
    """The operator named the server, so the decision can only differ by purpose."""
    categories = PURPOSES[purpose].categories if purpose in PURPOSES else frozenset()
    grant = Grant(
        traffic=TrafficClass.INFRASTRUCTURE,
        destination=server,
        purposes=frozenset({RESOLVE, AUTHENTICATE}),
        categories=categories,
    )
    request = Request(account_id=None, purpose=purpose, categories=tuple(categories), destination=server)
    decision = decide(request, Known(now=now(), grants=(grant,), resolves_to_reachable=True))
    if not decision.is_allowed:
        raise EgressDenied(request, decision)


@lru_cache(maxsize=2)
def _resolver(server: Destination | None) -> dns.resolver.Resolver:
    try:
        made = dns.resolver.Resolver(configure=server is None)
    except dns.resolver.NoResolverConfiguration as error:
        raise LookupFailed("no resolver is configured") from error
    if server is not None:
        made.nameservers = [server.host]
        made.port = server.port
    made.cache = dns.resolver.LRUCache(_CACHED_ANSWERS)
    made.use_edns(0, 0, 1232)  # no fragmented answers (DNS flag day 2020)
    return made
