"""Declaring and retiring the destinations of an account."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.models import Connector
from steward.privacy.egress.purposes import INSTRUCTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A server as somebody gave it: of mail, or (with what it is for) a service of their own over HTTP."""

    kind: Connector.Kind
    destination: Destination
    tls: Connector.Tls
    username: str = ""
    password: str = field(default="", repr=False)  # of a service: its key
    # Of a service alone.
    purposes: frozenset[str] = frozenset()
    name: str = ""
    url: str = ""
    key_header: str = ""
    country: str = ""


def declare_connector(declared: Declaration, *, actor: Actor) -> Connector:
    """Note that the account wants its mail to go through, or come from, this server, or its data to go to this service
    for these purposes: its instruction to us.

    An earlier declaration of the same server and user is retired. Whether the host may be reached is decided at each
    connection. Raises ValueError for a service without purposes, or with one that no instruction is enough for.
    """
    _check_purposes(declared)
    place: dict[str, Any] = {
        "kind": declared.kind,
        "host": declared.destination.host,
        "port": declared.destination.port,
        "username": declared.username,
    }
    with transaction.atomic():
        for earlier in Connector.objects.select_for_update(no_key=True).filter(retired_at=None, **place):
            retire_connector(earlier, actor=actor)
        connector: Connector = Connector.objects.create(
            **place,
            tls=declared.tls,
            password=declared.password,
            purposes=sorted(declared.purposes),
            name=declared.name,
            url=declared.url,
            key_header=declared.key_header,
            country=declared.country,
            declared_by_kind=actor.kind.value,
            declared_by_id=actor.id,
            declared_at=now(),
        )
        changes = {"kind": connector.kind, "purposes": connector.purposes, "country": connector.country}
        record("connector.declared", connector, actor=actor, changes=changes)
    return connector


def retire_connector(connector: Connector, *, actor: Actor) -> None:
    """Close the way to a server at once and forget its password. Retiring twice does nothing."""
    with transaction.atomic():
        if Connector.objects.filter(pk=connector.pk, retired_at=None).update(retired_at=now(), password=b""):
            record("connector.retired", connector, actor=actor)
    connector.refresh_from_db()


def _check_purposes(declared: Declaration) -> None:
    if (declared.kind is Connector.Kind.HTTP) is not bool(declared.purposes):
        raise ValueError("a service has purposes, a mail server has the one it is for")
    if beyond := declared.purposes - INSTRUCTED:
        raise ValueError(f"an account cannot instruct us to {', '.join(sorted(beyond))}")
