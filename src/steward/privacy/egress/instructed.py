"""The hosts that data go to by somebody's own instruction (classes T and P): never on the public page, never in the
list of a version, and yet a proxy has to know them."""

from steward.privacy.egress import configuration
from steward.privacy.egress.models import Connector
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


def instructed_hosts() -> frozenset[str]:
    """The servers that accounts declared and did not retire, and the relay and buckets of who runs this for themselves.

    What the operator allows in a network of their own (`STEWARD_EGRESS_ALLOW`) is not among them: it is reached
    directly. Opens a scope for each account.
    """
    found = set(_declared())
    relay = configuration.relay()
    if not configuration.is_hosting():
        places = [bucket.destination for bucket in configuration.buckets()]
        places += [relay.destination] if relay is not None else []
        found |= {(place.host, place.port) for place in places}
    own = {(place.host, place.port) for place in configuration.allowed_private()}
    return frozenset(host for host, port in found if (host, port) not in own)


def _declared() -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        with upkeep_scope(account_id):
            found.update(Connector.objects.filter(retired_at=None).values_list("host", "port"))
    return found
