"""Gathering what the decision reads: the account's connectors and terms, the operator's relay, the registry."""

from collections.abc import Sequence
from uuid import UUID

from steward.lib.clock import now
from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Grant, Known, Request
from steward.privacy.egress.engaging import registry_grants
from steward.privacy.egress.environment import SETTINGS
from steward.privacy.egress.models import Connector
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.privacy.egress.registry.versions import Published, is_kept, published
from steward.privacy.egress.stored import OfAccount, Server, read
from steward.privacy.egress.stored import remembered as stored_last

_BY_KIND = {
    Connector.Kind.SMTP.value: (TrafficClass.TENANT_DIRECTED, ("mail.deliver",)),
    Connector.Kind.IMAP.value: (TrafficClass.COUNTERPARTY, ("mail.fetch",)),
}

_BY_WISH = {
    "mail.remote_images": TrafficClass.BROWSER,
    "mail.try": TrafficClass.TENANT_DIRECTED,
    "service.try": TrafficClass.TENANT_DIRECTED,
}


def gather(request: Request) -> Known:
    """Read what is stored and configured about the destination; in a scope of its own."""
    [(_, known)] = gather_together([request])
    return known


def remembered(request: Request) -> tuple[Known, str] | None:
    """What was known of the destination when it was asked last, and the digest of what was stored then; None for
    what an account did not ask lately, or when there was another list. To be compared before anything leaves by it.
    """
    before = stored_last(request.account_id, request.destination.host) if request.account_id else None
    if before is None or not is_kept(before.head):
        return None
    return _known(request, published(before.head), before), before.digest


def gather_together(requests: Sequence[Request]) -> list[tuple[Request, Known]]:
    """The same for several requests of one account, with as many queries as for one."""
    account_id = requests[0].account_id if requests else None
    if account_id is None:
        return [(request, _without_account(request)) for request in requests]
    return _of_account(account_id, requests)


def _without_account(request: Request) -> Known:
    list_ = published()
    grants = (*own_grants(), *registry_grants(list_, request, None))
    return Known(now=now(), grants=grants, registry=list_.head.number or None)


def _of_account(account_id: UUID, requests: Sequence[Request]) -> list[tuple[Request, Known]]:
    stored = read(account_id, (request.destination.host for request in requests))
    list_ = published(stored.head)
    return [(request, _known(request, list_, stored)) for request in requests]


def _known(request: Request, list_: Published, stored: OfAccount) -> Known:
    facts = stored.facts
    grants = (
        *_server_grants(stored.servers, request),
        *own_grants(stored.servers),
        *registry_grants(list_, request, facts),
        *_wished_grants(request),
    )
    return Known(
        now=now(),
        grants=grants,
        terms=facts.terms,
        is_account_open=stored.is_open,
        region=facts.terms.region,
        registry=list_.head.number or None,
    )


def _server_grants(servers: Sequence[Server], request: Request) -> tuple[Grant, ...]:
    """Of what was retired only what nothing of its kind came after: who says anew what a service is for is asked about
    that, and not about what it was for before. What the environment says is judged by the environment.
    """
    asked = (request.destination.host, request.destination.port)
    there = [one for one in servers if (one.host, one.port) == asked and one.kind not in SETTINGS]
    used = {one.kind for one in there if one.is_active}
    return tuple(_server_grant(request.account_id, one) for one in there if one.is_active or one.kind not in used)


def _server_grant(account_id: UUID | None, declared: Server) -> Grant:
    traffic, purposes = _BY_KIND.get(declared.kind) or (TrafficClass.TENANT_DIRECTED, tuple(declared.purposes))
    return _grant(
        traffic,
        Destination(declared.host, declared.port),
        *purposes,
        account_id=account_id,
        is_active=declared.is_active,
        connector_id=declared.id,
        country=declared.country,
    )


def own_grants(noted: Sequence[Server] = ()) -> tuple[Grant, ...]:
    """What the operator configured: nobody has to be asked, so the database is not.

    `noted` is what the account's record says of it, for the ledger.
    """
    return (*_relay_grants(noted), *_bucket_grants())


def _bucket_grants() -> tuple[Grant, ...]:
    """T: who runs the installation for itself chose where its files and backups are.

    For accounts of others that is infrastructure (I): a subprocessor that is asked for at start, not at each call.
    """
    traffic = TrafficClass.INFRASTRUCTURE if configuration.is_hosting() else TrafficClass.TENANT_DIRECTED
    places = {bucket.destination for bucket in configuration.buckets()}
    return tuple(_grant(traffic, place, "data.keep") for place in places)


def _relay_grants(noted: Sequence[Server]) -> tuple[Grant, ...]:
    """T: who runs the installation for itself chose the relay for its own mail.

    For accounts of others the relay is a subprocessor (S): there the registry has to name it.
    """
    relay = configuration.relay()
    if relay is None or configuration.is_hosting():
        return ()
    asked = (Connector.Kind.RELAY.value, relay.destination.host, relay.destination.port, True)
    row = next((one.id for one in noted if (one.kind, one.host, one.port, one.is_active) == asked), None)
    return (_grant(TrafficClass.TENANT_DIRECTED, relay.destination, "mail.deliver", connector_id=row),)


def _wished_grants(request: Request) -> tuple[Grant, ...]:
    """Any host, when a person asks for it: a reader's browser gets an image, an admin tries out a server."""
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
    connector_id: UUID | None = None,
    country: str = "",
) -> Grant:
    return Grant(
        traffic=traffic,
        destination=destination,
        purposes=frozenset(purposes),
        categories=frozenset[str]().union(*(PURPOSES[one].categories for one in purposes if one in PURPOSES)),
        account_id=account_id,
        is_active=is_active,
        connector_id=connector_id,
        country=country,
    )
