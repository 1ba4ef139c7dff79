"""What the operator configured, as this package reads it. Settings are read at each call: tests change them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from steward.privacy.egress.addresses import (
    BadDestination,
    Destination,
    is_public,
    literal_address,
    parse_destination,
)
from steward.privacy.egress.s3.buckets import Bucket, is_bucket, parse_bucket

DNS_PORT = 53
_given: list[Bucket] = []


@dataclass(frozen=True, slots=True)
class Relay:
    """The installation's relay (`STEWARD_SMTP_RELAY`)."""

    destination: Destination
    is_implicit: bool  # TLS from the first byte (`smtps`)
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Relay({self.destination})"


def allowed_private() -> frozenset[Destination]:
    """The private destinations the operator allows (`STEWARD_EGRESS_ALLOW`); raises `BadDestination`."""
    return _destinations(tuple(getattr(settings, "STEWARD_EGRESS_ALLOW", ())))


def resolver() -> Destination | None:
    """The DNS server to ask (`STEWARD_RESOLVER`, an IP address with or without port); None for the system's."""
    return _resolver(_setting("STEWARD_RESOLVER"))


def proxy() -> Destination | None:
    """The proxy through which connections go out (`STEWARD_EGRESS_PROXY`, an IP address of a network of the operator's
    own with a port); None for none. Raises `BadDestination`.
    """
    text = _setting("STEWARD_EGRESS_PROXY")
    return _proxy(text) if text else None


def relay() -> Relay | None:
    """The installation's relay; None when there is none, and mail waits. Raises `BadDestination`."""
    text = _setting("STEWARD_SMTP_RELAY")
    return _relay(text) if text else None


def object_store() -> Bucket | None:
    """The bucket that files are kept in (`STEWARD_OBJECT_STORE`); None where they stay on this machine.

    Raises `BadDestination`.
    """
    text = _setting("STEWARD_OBJECT_STORE")
    return _bucket(text) if text else None


def backups() -> Bucket | None:
    """The bucket that backups are kept in (`STEWARD_BACKUPS`); None for a folder, or for none.

    Raises `BadDestination`.
    """
    text = _setting("STEWARD_BACKUPS")
    return _bucket(text) if is_bucket(text) else None


def buckets() -> tuple[Bucket, ...]:
    """Both, and those that a command was given. Raises `BadDestination`."""
    return tuple(dict.fromkeys(one for one in (object_store(), backups(), *_given) if one is not None))


def give_bucket(bucket: Bucket) -> None:
    """Let this process reach a bucket that an operator has typed: an instruction, as a setting is one."""
    _given.append(bucket)


def is_hosting() -> bool:
    """Whether accounts of others are served here (`STEWARD_HOSTING`): then the relay is a subprocessor of theirs.

    Without it whoever runs the installation runs it for themselves, and their servers are their own instructions.
    """
    return bool(getattr(settings, "STEWARD_HOSTING", False))


def ca_file() -> str:
    """A file with a certificate authority to trust besides the usual ones (`STEWARD_CA_FILE`); empty for none."""
    return _setting("STEWARD_CA_FILE")


def own_name() -> str:
    """How this installation introduces itself to mail servers: never the machine's own name."""
    return _setting("STEWARD_DOMAIN") or "localhost"


def _setting(name: str) -> str:
    value: Any = getattr(settings, name, "")
    return str(value) if value else ""


@lru_cache(maxsize=4)
def _destinations(texts: tuple[str, ...]) -> frozenset[Destination]:
    return frozenset(map(parse_destination, texts))


@lru_cache(maxsize=4)
def _bucket(text: str) -> Bucket:
    return parse_bucket(text)


@lru_cache(maxsize=4)
def _resolver(text: str) -> Destination | None:
    if not text:
        return None
    if (alone := literal_address(text)) is not None:
        return Destination(str(alone), DNS_PORT)
    found = parse_destination(text)
    if literal_address(found.host) is None:
        raise BadDestination("it is an IP address, with or without port")
    return found


@lru_cache(maxsize=4)
def _proxy(text: str) -> Destination:
    found = parse_destination(text)
    address = literal_address(found.host)
    if address is None or is_public(address):
        raise BadDestination("it is an IP address of your own network, with a port")
    return found


@lru_cache(maxsize=4)
def _relay(text: str) -> Relay:
    form = "smtp(s)://user:password@host:port, letters such as @ : / # in the password as %40 %3A %2F %23"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadDestination(f"it is {form}") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise BadDestination(f"it is {form}")
    is_implicit = parts.scheme == "smtps"
    return Relay(
        destination=Destination.of(parts.hostname, port or (465 if is_implicit else 587)),
        is_implicit=is_implicit,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
