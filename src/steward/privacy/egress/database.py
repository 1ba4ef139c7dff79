"""Connecting to an external database past the wall. Needs no models: settings call it."""

import socket

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from steward.privacy.egress import wall
from steward.privacy.egress.addresses import Unresolvable, literal_address


def resolve_database(conninfo: str) -> str:
    """A connection string or URL, with the address of its host added as `hostaddr`; done once, at start.

    psycopg looks up host names in Python, which the wall refuses; with `hostaddr` it does not, and the name still
    serves for checking the certificate. The operator named the server, so any address will do (class I). What names
    a socket, an address or a `hostaddr` comes back as it is; several hosts become several addresses. Raises
    `Unresolvable`.
    """
    parts = conninfo_to_dict(conninfo)
    hosts = str(parts.get("host") or "").split(",")
    if parts.get("hostaddr") or all(map(_needs_no_lookup, hosts)):
        return conninfo
    return make_conninfo(conninfo, hostaddr=",".join(map(_address, hosts)))


def _needs_no_lookup(host: str) -> bool:
    return not host or host.startswith("/") or literal_address(host) is not None


def _address(host: str) -> str:
    if _needs_no_lookup(host):
        return "" if host.startswith("/") else host
    try:
        with wall.allow_names():
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unresolvable(f"the database host {host} was not resolved: {error.strerror or error}") from error
    return str(found[0][4][0])
