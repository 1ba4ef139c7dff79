"""Gathering what the decision reads: the account's connectors and state, the operator's relay."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Grant, Known, Request
from steward.privacy.egress.models import Connector
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

_BY_KIND = {
    Connector.Kind.SMTP.value: (TrafficClass.TENANT_DIRECTED, "mail.deliver"),
    Connector.Kind.IMAP.value: (TrafficClass.COUNTERPARTY, "mail.fetch"),
}

_BY_WISH = {"mail.remote_images": TrafficClass.BROWSER, "mail.try": TrafficClass.TENANT_DIRECTED}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known for one request, and the region the data leave from (empty when no account is concerned)."""

    known: Known
    region: str = ""


def gather(request: Request) -> Surroundings:
    """Read what is stored and configured about the destination; opens a scope of its own."""
    [(_, surroundings)] = gather_together([request])
    return surroundings


def gather_together(requests: Sequence[Request]) -> list[tuple[Request, Surroundings]]:
    """The same for several requests of one account, with as many queries as for one."""
    relay = _relay_grants()
    account_id = requests[0].account_id if requests else None
    if account_id is None:
        return [(request, Surroundings(Known(grants=relay))) for request in requests]
    with account_scope(account_id):
        account = Account.objects.select_related("data_centre").get(pk=account_id)
        connectors = list(Connector.objects.filter(host__in={request.destination.host for request in requests}))
    is_open, region = account.state == Account.State.ACTIVE, account.data_centre.region_id
    gathered = []
    for request in requests:
        grants = (*_connector_grants(connectors, request), *relay, *_wished_grants(request))
        gathered.append((request, Surroundings(Known(grants=grants, is_account_open=is_open), region)))
    return gathered


def _connector_grants(connectors: Sequence[Connector], request: Request) -> tuple[Grant, ...]:
    asked = (request.destination.host, request.destination.port)
    return tuple(_connector_grant(row.account_id, row) for row in connectors if (row.host, row.port) == asked)


def _connector_grant(account_id: UUID, connector: Connector) -> Grant:
    traffic, purpose = _BY_KIND[connector.kind]
    return _grant(
        traffic,
        Destination(connector.host, connector.port),
        purpose,
        account_id=account_id,
        is_active=connector.retired_at is None,
    )


def _relay_grants() -> tuple[Grant, ...]:
    relay = configuration.relay()
    if relay is None:
        return ()
    # T: whoever runs the installation chose the relay for their own mail. For accounts of others it is a
    # subprocessor (S), which takes an engagement: those come with the registry.
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
    purpose: str,
    *,
    account_id: UUID | None = None,
    is_active: bool = True,
) -> Grant:
    return Grant(
        traffic=traffic,
        destination=destination,
        purposes=frozenset({purpose}),
        categories=PURPOSES[purpose].categories,
        account_id=account_id,
        is_active=is_active,
    )
