"""What the environment of the server says (`STEWARD_SMTP_RELAY`, `STEWARD_OBJECT_STORE`, `STEWARD_BACKUPS`), recorded.

Who runs Steward for themselves instructs it by setting these before it starts. There is no moment of saving: the first
process that starts with a value notes it, for each account, as the declaration of a server, and ends what was said
before. Nobody knows who set it but that they held the server: so no name stands there, and never what signs in there.

The gate goes by the environment itself and not by these rows; they are the record of it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from steward.lib.actor import SYSTEM
from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.models import Connector
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id, upkeep_scope

logger = logging.getLogger(__name__)
Kind = Connector.Kind
# Which setting says it, and what goes there.
SETTINGS: Mapping[str, str] = {
    Kind.RELAY.value: "STEWARD_SMTP_RELAY",
    Kind.FILES.value: "STEWARD_OBJECT_STORE",
    Kind.BACKUPS.value: "STEWARD_BACKUPS",
}
PURPOSE: Mapping[str, str] = {
    Kind.RELAY.value: "mail.deliver",
    Kind.FILES.value: "data.keep",
    Kind.BACKUPS.value: "data.keep",
}
_SERVED = (Account.State.ACTIVE, Account.State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A server that the environment names."""

    destination: Destination
    is_tls: bool  # from the first byte

    @property
    def tls(self) -> Connector.Tls:
        """As a declaration has it. A relay upgrades."""
        return Connector.Tls.IMPLICIT if self.is_tls else Connector.Tls.STARTTLS


def chosen() -> dict[str, Chosen]:
    """The servers of who runs Steward for themselves, by kind; none where accounts of others are served, for then they
    are subprocessors. Raises `BadDestination`.
    """
    if configuration.is_hosting():
        return {}
    relay = configuration.relay()
    buckets = {Kind.FILES.value: configuration.object_store(), Kind.BACKUPS.value: configuration.backups()}
    found = {Kind.RELAY.value: Chosen(relay.destination, relay.is_implicit)} if relay else {}
    return found | {kind: Chosen(one.destination, one.is_tls) for kind, one in buckets.items() if one}


def note_environment(*, is_whole: bool) -> int:
    """Note what the environment of this process says, in every account; returns how many declarations began or ended.

    `is_whole`: what it does not name is not used any more. Only the worker says so, which all three are for: another
    process may do without some of them.
    """
    wanted = chosen()
    if not wanted and not is_whole:
        return 0
    changed = 0
    for account_id in Account.objects.filter(state__in=_SERVED).values_list("id", flat=True):
        with upkeep_scope(account_id):
            changed += follow_environment(wanted, is_whole=is_whole)
    return changed


def note_for_new_account() -> None:
    """The same for the account in scope, which is being opened.

    A setting that cannot be read is told and keeps nobody out: the next process that starts says so, too.
    """
    try:
        follow_environment(chosen())
    except BadDestination as problem:
        logger.warning("a relay or a bucket in the settings cannot be used: %s", problem)


def follow_environment(wanted: Mapping[str, Chosen], *, is_whole: bool = False) -> int:
    """The same for the account in scope. Several processes that start at once note it once."""
    if not _outdated(wanted, is_whole):
        return 0
    _wait_for_others()
    outdated = _outdated(wanted, is_whole)
    for kind, (row, one) in outdated.items():
        if row is not None:
            retire_connector(row, actor=SYSTEM)
        if one is not None:
            declare_connector(Declaration(kind=Kind(kind), destination=one.destination, tls=one.tls), actor=SYSTEM)
    return len(outdated)


def in_use() -> dict[str, Connector]:
    """What is noted now, by kind."""
    return {row.kind: row for row in Connector.objects.filter(kind__in=list(SETTINGS), retired_at=None)}


def used_before(most: int) -> list[Connector]:
    """What was noted and is over: the one that ended last comes first."""
    past = Connector.objects.filter(kind__in=list(SETTINGS)).exclude(retired_at=None)
    return list(past.order_by("-retired_at", "-id")[:most])


def is_noted(row: Connector, one: Chosen) -> bool:
    """Whether a row says of this server what the environment does."""
    return (row.host, row.port, row.tls) == (one.destination.host, one.destination.port, one.tls)


def _outdated(wanted: Mapping[str, Chosen], is_whole: bool) -> dict[str, tuple[Connector | None, Chosen | None]]:
    """By kind: what is noted, and what is said, where these differ."""
    rows = in_use()
    ended = {kind: (row, None) for kind, row in rows.items() if is_whole and kind not in wanted}
    begun = {
        kind: (rows.get(kind), one) for kind, one in wanted.items() if kind not in rows or not is_noted(rows[kind], one)
    }
    return {**ended, **begun}


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        name = f"environment {current_account_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
