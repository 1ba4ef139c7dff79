"""How a server is reached: where, under which TLS, as whom."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.models import Connector


class Tls(StrEnum):
    """How the connection is secured."""

    IMPLICIT = "implicit"  # from the first byte: ports 465 and 993
    STARTTLS = "starttls"  # upgraded, and refused when the server offers no upgrade
    WHEN_OFFERED = "when offered"  # only in a network of the operator's own, and never with a password


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to a mail server, for one account or (None) for the installation. Never shows the password."""

    account_id: UUID | None
    destination: Destination
    tls: Tls
    username: str = ""
    password: str = field(default="", repr=False)


def connector_route(connector: Connector) -> Route:
    """The route to a server the account declared; opens its password. Raises `KeyMissing` or `Tampered`."""
    return Route(
        account_id=connector.account_id,
        destination=Destination(connector.host, connector.port),
        tls=Tls(connector.tls),
        username=connector.username,
        password=connector.password.reveal(),
    )


def relay_route(account_id: UUID | None) -> Route | None:
    """The route over the installation's relay; None when there is none, and mail waits with that as its reason.

    Without TLS, or with a certificate that nobody vouches for, only a relay that the operator named in
    `STEWARD_EGRESS_ALLOW` and that wants no password: the mail server of the same machine or of the next.
    """
    relay = configuration.relay()
    if relay is None:
        return None
    is_trusted = not relay.username and relay.destination in configuration.allowed_private()
    upgraded = Tls.WHEN_OFFERED if is_trusted else Tls.STARTTLS
    return Route(
        account_id=account_id,
        destination=relay.destination,
        tls=Tls.IMPLICIT if relay.is_implicit else upgraded,
        username=relay.username,
        password=relay.password,
    )
