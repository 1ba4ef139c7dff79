"""Gathering what the decision reads: the account's connectors and terms, the operator's relay, the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from steward.lib.clock import now
from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Grant, Known, Request
from steward.privacy.egress.engaging import ANSWERED, AccountFacts, facts_from, registry_grants
from steward.privacy.egress.models import AccountTerms, Connector
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.privacy.egress.registry.versions import Head, Published, published
from steward.privacy.egress.trips import Rows, ask
from steward.tenancy.models import Account, Region

_BY_KIND = {
    Connector.Kind.SMTP.value: (TrafficClass.TENANT_DIRECTED, ("mail.deliver",)),
    Connector.Kind.IMAP.value: (TrafficClass.COUNTERPARTY, ("mail.fetch",)),
}

# In one trip, and in SQL of our own: a mail waits for this. One statement tells of the account and whether there is a
# newer registry than the one this process keeps.
_OF_AGREEMENT = ("agreement_id", "notice_days", "mode", "effective_from", "ends_at", "regions")
_READ = (
    """
    SELECT a.state, a.created_at, r.code, r.countries, v.number, v.sha256
      FROM tenancy_account a
      JOIN tenancy_datacentre d ON d.code = a.data_centre_id JOIN tenancy_region r ON r.code = d.region_id
      LEFT JOIN LATERAL (SELECT number, sha256 FROM egress_registryversion ORDER BY number DESC LIMIT 1) v ON true
     WHERE a.id = %(account)s""",
    """
    SELECT kind, host, port, purposes, retired_at IS NULL
      FROM egress_connector WHERE account_id = %(account)s AND host = ANY(%(hosts)s)""",
    f"""
    SELECT {", ".join(_OF_AGREEMENT)},
           ARRAY(SELECT unnest(r.countries) FROM tenancy_region r WHERE r.code = ANY(t.regions))
      FROM egress_accountterms t WHERE account_id = %(account)s ORDER BY effective_from DESC LIMIT 1""",  # noqa: S608
    """
    SELECT engagement, state
      FROM egress_authorisation WHERE account_id = %(account)s AND state = ANY(%(answered)s)""",
)

_BY_WISH = {"mail.remote_images": TrafficClass.BROWSER, "mail.try": TrafficClass.TENANT_DIRECTED}


@dataclass(frozen=True, slots=True)
class _Declared:
    """A connector, as far as the decision goes by it."""

    kind: str
    host: str
    port: int
    purposes: Sequence[str]
    is_active: bool


def gather(request: Request) -> Known:
    """Read what is stored and configured about the destination; in a scope of its own."""
    [(_, known)] = gather_together([request])
    return known


def gather_together(requests: Sequence[Request]) -> list[tuple[Request, Known]]:
    """The same for several requests of one account, with as many queries as for one."""
    account_id = requests[0].account_id if requests else None
    if account_id is None:
        return [(request, _without_account(request)) for request in requests]
    return _of_account(account_id, requests)


def _without_account(request: Request) -> Known:
    list_ = published()
    grants = (*_relay_grants(), *registry_grants(list_, request, None))
    return Known(now=now(), grants=grants, registry=list_.head.number or None)


def _of_account(account_id: UUID, requests: Sequence[Request]) -> list[tuple[Request, Known]]:
    hosts = list({request.destination.host for request in requests})
    [account], declared, agreed, answers = ask(account_id, *_READ, hosts=hosts, answered=ANSWERED)
    state, opened_at, region, countries, number, sha256 = account
    list_ = published(Head(number or 0, sha256 or ""))
    facts = facts_from(Region(code=region, countries=countries), opened_at, *_agreement(agreed), answers)
    connectors = [_Declared(*row) for row in declared]
    is_open = state == Account.State.ACTIVE
    return [(request, _known(request, list_, connectors, facts, is_open=is_open)) for request in requests]


def _agreement(rows: Rows) -> tuple[AccountTerms | None, frozenset[str] | None]:
    if not rows:
        return None, None
    *columns, countries = rows[0]
    agreed = AccountTerms(**dict(zip(_OF_AGREEMENT, columns, strict=True)))
    return agreed, frozenset(countries) if agreed.regions else None


def _known(
    request: Request, list_: Published, connectors: Sequence["_Declared"], facts: AccountFacts, *, is_open: bool
) -> Known:
    grants = (
        *_connector_grants(connectors, request),
        *_relay_grants(),
        *registry_grants(list_, request, facts),
        *_wished_grants(request),
    )
    return Known(
        now=now(),
        grants=grants,
        terms=facts.terms,
        is_account_open=is_open,
        region=facts.terms.region,
        registry=list_.head.number or None,
    )


def _connector_grants(connectors: Sequence["_Declared"], request: Request) -> tuple[Grant, ...]:
    asked = (request.destination.host, request.destination.port)
    return tuple(_connector_grant(request.account_id, row) for row in connectors if (row.host, row.port) == asked)


def _connector_grant(account_id: UUID | None, declared: "_Declared") -> Grant:
    traffic, purposes = _BY_KIND.get(declared.kind) or (TrafficClass.TENANT_DIRECTED, tuple(declared.purposes))
    return _grant(
        traffic,
        Destination(declared.host, declared.port),
        *purposes,
        account_id=account_id,
        is_active=declared.is_active,
    )


def _relay_grants() -> tuple[Grant, ...]:
    """T: who runs the installation for itself chose the relay for its own mail.

    For accounts of others the relay is a subprocessor (S): there the registry has to name it.
    """
    relay = configuration.relay()
    if relay is None or configuration.is_hosting():
        return ()
    return (_grant(TrafficClass.TENANT_DIRECTED, relay.destination, "mail.deliver"),)


def _wished_grants(request: Request) -> tuple[Grant, ...]:
    """Any host, when a person asks for it: a reader's browser gets an image, an admin tries out a mail server."""
    traffic = _BY_WISH.get(request.purpose)
    if traffic is None:
        return ()
    return (_grant(traffic, request.destination, request.purpose, account_id=request.account_id),)


def _grant(
    traffic: TrafficClass,
    destination: Destination,
    *purposes: str,
    account_id: UUID | None = None,
    is_active: bool = True,
) -> Grant:
    return Grant(
        traffic=traffic,
        destination=destination,
        purposes=frozenset(purposes),
        categories=frozenset[str]().union(*(PURPOSES[one].categories for one in purposes if one in PURPOSES)),
        account_id=account_id,
        is_active=is_active,
    )
