"""An account's own services: declaring, changing and finding them. What they may be for is the account's instruction.

Saving is enough (class T): no second person, no notice, no agreement of ours, for whoever runs the service is the
account's own processor. Whether its host may be reached is decided at each connection.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from steward.events.models import Event
from steward.lib.actor import Actor
from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import BadDestination, Destination, is_public, literal_address
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.http import CallFailed, url_of
from steward.privacy.egress.models import Connector
from steward.privacy.egress.purposes import INSTRUCTED, PURPOSES
from steward.tenancy.models import Account, Region
from steward.tenancy.scope import current_account_id

# Mail leaves through the servers of mail accounts: no part of Steward hands one to a service over HTTP.
FOR_SERVICES = INSTRUCTED - {"mail.deliver"}
BEARER = "Authorization"
LONGEST_KEY = 1000
_PORTS = {"https": 443, "http": 80}
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_KEY = re.compile(r"[!-~]([ -~]*[!-~])?|")
# Those of a request itself: a key in one of them would change what is asked for.
_NOT_FOR_KEYS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "accept-encoding",
     "cookie", "upgrade", "user-agent"}
)  # fmt: skip


class Slip(StrEnum):
    """What is wrong with what was typed."""

    FORM = "form"  # not an address of the web
    SECRET = "secret"  # noqa: S105  a user, a password or a question in the address, which is not kept secret
    CLEAR = "clear"  # without TLS, to a place that the operator did not name
    PRIVATE = "private"  # in a private network, and the operator did not name it
    HEADER = "header"
    KEY = "key"
    PURPOSE = "purpose"
    COUNTRY = "country"


class NotCallable(ValueError):
    """What was typed is no service that could be called."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(slip.value)
        self.slip = slip


class DeclaredAlready(ValueError):
    """There is a service at this host and port already: that one is changed."""


class KeyWanted(ValueError):
    """The key that is stored was given for another address or header, and must not go there."""


class LeavesRegion(ValueError):
    """The service is outside the account's region, or may be, and nobody has said that this is meant."""


class Retired(LookupError):
    """The service was retired or changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A service as typed. `key` is empty for none; when one is changed, for the one that is stored.

    `country` is empty where it is not known. `may_leave_region`: somebody has said that this is meant.
    """

    name: str
    url: str = field(repr=False)
    purposes: frozenset[str]
    country: str = ""
    key: str = field(default="", repr=False)
    key_header: str = BEARER
    is_without_key: bool = False
    may_leave_region: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An address that can be called: its one form without a final slash, and what the gate is asked about."""

    url: str
    destination: Destination
    is_clear: bool


def read_place(text: str) -> Place:
    """The place an address names. Raises `NotCallable`.

    Names are not looked up here: that one leads into a private network is found when it is called.
    """
    try:
        url = url_of(text.strip())
        port = _PORTS.get(url.scheme, 0) if url.port is None else url.port
        destination = Destination.of(url.raw_host.decode("ascii"), port)
    except (CallFailed, BadDestination, UnicodeError) as error:
        raise NotCallable(Slip.FORM) from error
    if url.scheme not in _PORTS:
        raise NotCallable(Slip.FORM)
    if url.userinfo or url.query or url.fragment:
        raise NotCallable(Slip.SECRET)
    if destination not in configuration.allowed_private():
        _check_in_public(url.scheme, destination)
    named = str(destination).removesuffix(f":{_PORTS[url.scheme]}")
    path = url.raw_path.decode("ascii").rstrip("/")
    return Place(f"{url.scheme}://{named}{path}", destination, url.scheme == "http")


def services_in_use() -> list[Connector]:
    """The services the account uses, by name."""
    return list(Connector.objects.filter(kind=Connector.Kind.HTTP, retired_at=None).order_by("name", "host", "port"))


def past_services(most: int) -> list[Connector]:
    """Those it used, or used otherwise: the one that ended last comes first."""
    past = Connector.objects.filter(kind=Connector.Kind.HTTP).exclude(retired_at=None)
    return list(past.order_by("-retired_at", "-id")[:most])


def retired_by(rows: Iterable[Connector]) -> dict[UUID, UUID | None]:
    """Who retired each, or changed it into another: the id of a member, None at the command line."""
    ended = Event.objects.filter(kind="connector.retired", object_id__in=[row.pk for row in rows])
    return dict(ended.values_list("object_id", "actor_id"))


def service_names() -> dict[UUID, str]:
    """What the account calls each service it ever declared, by the id of the declaration."""
    return dict(Connector.objects.filter(kind=Connector.Kind.HTTP).values_list("id", "name"))


def get_service(service_id: UUID) -> Connector:
    """A service the account uses; raises `Connector.DoesNotExist`, also for one that was retired."""
    return Connector.objects.get(pk=service_id, kind=Connector.Kind.HTTP, retired_at=None)


def declare_service(wanted: Wanted, *, actor: Actor) -> Connector:
    """Declare a service; what it is for may leave to it at once. Raises `NotCallable`, `DeclaredAlready` or
    `LeavesRegion`.
    """
    place = _checked(wanted)
    return _declare(wanted, place, wanted.key, actor=actor)


def change_service(found: Connector, wanted: Wanted, *, actor: Actor) -> Connector:
    """Declare it anew and retire what it was, which stays on record. As `declare_service`; raises also `KeyWanted` or
    `Retired`.
    """
    place = _checked(wanted)
    with transaction.atomic():
        before = _locked(found)
        key = stored_key(before, wanted)
        retire_connector(before, actor=actor)
        return _declare(wanted, place, key, actor=actor)


def retire_service(found: Connector, *, actor: Actor) -> None:
    """Stop using it: from this moment nothing goes there, and its key is forgotten. Twice does nothing."""
    retire_connector(found, actor=actor)


def stored_key(before: Connector | None, wanted: Wanted) -> str:
    """The key to use: the one that was typed, or the one of the service as it was. Raises `KeyWanted`.

    A key goes to nobody but whom it was typed for, and in no header but the one it was typed for: another one may be
    noted down by servers on the way.
    """
    if wanted.key or wanted.is_without_key or before is None or not before.password:
        return "" if wanted.is_without_key else wanted.key
    place = read_place(wanted.url)
    is_there = (place.destination, place.is_clear) == (destination_of(before), before.tls == Connector.Tls.NONE)
    is_same_header = (wanted.key_header or BEARER).lower() == (before.key_header or BEARER).lower()
    if not (is_there and is_same_header):
        raise KeyWanted
    return str(before.password.reveal())


def destination_of(service: Connector) -> Destination:
    """What the gate is asked about."""
    return Destination(service.host, service.port)


def headers_with(key: str, header: str) -> Mapping[str, str]:
    """The header that shows the key to the service; none without a key. `Authorization` gets it as RFC 6750 has it."""
    if not key:
        return {}
    named = header or BEARER
    is_bearer = named.lower() == BEARER.lower() and " " not in key
    return {named: f"Bearer {key}" if is_bearer else key}  # not for people


def data_of(purposes: Iterable[str]) -> tuple[str, ...]:
    """The categories that may go there, all purposes together."""
    return tuple(sorted(frozenset[str]().union(*(PURPOSES[one].categories for one in purposes if one in PURPOSES))))


def region_of_account() -> Region:
    """The region of the account in scope."""
    return Account.objects.select_related("data_centre__region").get(pk=current_account_id()).data_centre.region


def is_outside(country: str, region: Region) -> bool:
    """Whether data sent there leave the region, or may: a country that is not known may be any.

    Of a region whose countries nobody has said (a new installation of one's own) it cannot be told.
    """
    return bool(region.countries) and country not in region.countries


def _check_in_public(scheme: str, destination: Destination) -> None:
    address = literal_address(destination.host)
    is_own = address is not None and not is_public(address)
    if is_own or destination.host == "localhost" or destination.host.endswith(".localhost"):
        raise NotCallable(Slip.PRIVATE)
    if scheme != "https":
        raise NotCallable(Slip.CLEAR)


def _checked(wanted: Wanted) -> Place:
    place = read_place(wanted.url)
    check_key(wanted.key, wanted.key_header)
    if not wanted.purposes or not wanted.purposes <= FOR_SERVICES:
        raise NotCallable(Slip.PURPOSE)
    if wanted.country and not re.fullmatch(r"[A-Z]{2}", wanted.country):
        raise NotCallable(Slip.COUNTRY)
    if is_outside(wanted.country, region_of_account()) and not wanted.may_leave_region:
        raise LeavesRegion
    return place


def check_key(key: str, header: str) -> None:
    """Raises `NotCallable` for what no request can carry."""
    if header and (not _HEADER.fullmatch(header) or header.lower() in _NOT_FOR_KEYS):
        raise NotCallable(Slip.HEADER)
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise NotCallable(Slip.KEY)


def _locked(found: Connector) -> Connector:
    row = Connector.objects.select_for_update(no_key=True).filter(pk=found.pk, retired_at=None).first()
    if row is None:
        raise Retired
    return row


def _declare(wanted: Wanted, place: Place, key: str, *, actor: Actor) -> Connector:
    there = {"kind": Connector.Kind.HTTP, "host": place.destination.host, "port": place.destination.port}
    if Connector.objects.filter(retired_at=None, **there).exists():
        raise DeclaredAlready
    declared = Declaration(
        kind=Connector.Kind.HTTP,
        destination=place.destination,
        tls=Connector.Tls.NONE if place.is_clear else Connector.Tls.IMPLICIT,
        password=key,
        purposes=wanted.purposes,
        name=wanted.name,
        url=place.url,
        key_header=(wanted.key_header or BEARER) if key else "",
        country=wanted.country,
    )
    try:
        with transaction.atomic():
            return declare_connector(declared, actor=actor)
    except IntegrityError as error:  # somebody else did, in this moment
        raise DeclaredAlready from error
