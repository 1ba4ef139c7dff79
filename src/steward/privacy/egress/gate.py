"""The gate: decide, write the ledger, connect to exactly the addresses that were checked."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from uuid import UUID

from steward.privacy.egress import configuration, early, ledger, tls, wall
from steward.privacy.egress.addresses import BadDestination, Destination, IPAddress, canonical_host, is_public
from steward.privacy.egress.decision import Decision, EgressDenied, Known, Reason, Request, decide
from steward.privacy.egress.known import gather, gather_together, remembered
from steward.privacy.egress.proxying import open_way
from steward.privacy.egress.resolving import addresses_of, are_reachable
from steward.tenancy.scope import account_in_scope

CONNECT_SECONDS = 20.0
MOST_IMAGE_HOSTS = 50


class InsideTransaction(RuntimeError):
    """The network was used inside an account scope: no transaction waits for another machine."""


@dataclass(slots=True)
class Passage:
    """One allowed destination. `sent` counts the bytes the client sends; `close` writes it to the ledger."""

    request: Request
    addresses: tuple[IPAddress, ...]
    entry: ledger.Entry | ledger.Counted | early.Noted
    sent: int = 0
    _is_closed: bool = field(default=False)

    @property
    def host(self) -> str:
        """The name that was asked for, which the certificate must carry."""
        return self.request.destination.host

    @property
    def is_private(self) -> bool:
        """Whether every address lies in a network of the operator's own."""
        return not any(map(is_public, self.addresses))

    def connect_tcp(self, seconds: float = CONNECT_SECONDS) -> socket.socket:
        """A connected socket, to the first address that answers; `seconds` is also its timeout. Raises OSError.

        Where the operator has a proxy, through that one and no other way; what lies in a network of their own is
        reached directly, for a proxy refuses to go there.
        """
        proxy = configuration.proxy()
        if proxy is not None and not self.is_private:
            return _through(proxy, self.request.destination, seconds)
        failure: OSError | None = None
        for address in self.addresses:
            try:
                return _connected(address, self.request.destination.port, seconds)
            except OSError as error:
                failure = error
        raise failure or OSError("no address")

    def connect_tls(self, seconds: float = CONNECT_SECONDS) -> ssl.SSLSocket:
        """The same under TLS from the first byte; the certificate is checked against the name, not the address."""
        plain = self.connect_tcp(seconds)
        try:
            return tls.context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def close(self) -> None:
        """Write down how much was sent. Closing twice does nothing."""
        if not self._is_closed:
            self._is_closed = True
            if isinstance(self.entry, ledger.Entry):
                ledger.settle(self.entry, self.sent)
            else:
                self.entry.settle(self.sent)


def open_passage(request: Request) -> Passage:
    """Decide, and open the way; the caller closes it.

    Raises `EgressDenied` (after writing that to the ledger), `Unresolvable`, or `InsideTransaction`.
    """
    if account_in_scope() is not None:
        raise InsideTransaction("close the account scope before using the network")
    empty = early.there_is_none()
    if not empty and (opened := _opened_as_before(request)):
        return opened
    known = early.known() if empty else gather(request)
    decision, addresses = _judged(request, known)
    entry = empty.write(request, decision, known) if empty else _entered(request, decision, known)
    if not decision.is_allowed:
        raise EgressDenied(request, decision)
    return Passage(request, addresses, entry)


def _opened_as_before(request: Request) -> Passage | None:
    """Opened by what was stored when this was asked last, if the database says, as it takes the row of the ledger, that
    it still is: a trip less for the second mail and those after it. What is not allowed then is asked anew.
    """
    before = remembered(request)
    if before is None:
        return None
    known, digest = before
    decision, addresses = _judged(request, known)
    entry = ledger.write_if_unchanged(request, decision, known, digest) if decision.is_allowed else None
    return Passage(request, addresses, entry) if entry else None


def _entered(request: Request, decision: Decision, known: Known) -> ledger.Entry | ledger.Counted:
    return ledger.counted(request, decision) or ledger.write(request, decision, known)


@contextmanager
def passage(request: Request) -> Iterator[Passage]:
    """`open_passage`, closed at the end of the block."""
    opened = open_passage(request)
    try:
        yield opened
    finally:
        opened.close()


def record_remote_images(account_id: UUID, hosts: Sequence[str]) -> dict[str, Reason]:
    """Write down that a reader asked for the images of a mail, which the browser fetches itself (class B).

    The answer says of each of `hosts` whether it may fetch from there. Of a mail that names more than
    `MOST_IMAGE_HOSTS` the others are left out, and so is what is no host: nobody needs so many. May be called inside a
    scope: it sends nothing.
    """
    named = {text: host for text in hosts if (host := _host_of_image(text))}
    asked = [_image_request(account_id, host) for host in list(dict.fromkeys(named.values()))[:MOST_IMAGE_HOSTS]]
    judged = [(request, decide(request, known), known) for request, known in gather_together(asked)]
    ledger.write_together(judged)
    said = {request.destination.host: decision.reason for request, decision, _ in judged}
    return {text: said[host] for text, host in named.items() if host in said}


def _host_of_image(text: str) -> str | None:
    try:
        return canonical_host(text)
    except BadDestination:
        return None  # no browser finds such a host either


def _image_request(account_id: UUID, host: str) -> Request:
    return Request(
        account_id=account_id,
        purpose="mail.remote_images",
        categories=("user.device.ip_address",),
        destination=Destination(host, 443),
        is_on_request=True,
    )


def _judged(request: Request, known: Known) -> tuple[Decision, tuple[IPAddress, ...]]:
    """Decide first as if the host were reachable: a name that is denied anyway is not even looked up."""
    decision = decide(request, replace(known, resolves_to_reachable=True))
    if not decision.is_allowed:
        return decision, ()
    addresses = addresses_of(request.destination)
    reachable = are_reachable(addresses, request.destination)
    return decide(request, replace(known, resolves_to_reachable=reachable)), addresses


def _through(proxy: Destination, there: Destination, seconds: float) -> socket.socket:
    made = _connected(ip_address(proxy.host), proxy.port, seconds)
    try:
        open_way(made, there, seconds)
    except BaseException:
        made.close()
        raise
    return made


def _connected(address: IPAddress, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        with wall.allow((str(address), port)):
            made.connect((str(address), port))
    except BaseException:
        made.close()
        raise
    return made


__all__ = ["EgressDenied", "InsideTransaction", "Passage", "open_passage", "passage", "record_remote_images"]
