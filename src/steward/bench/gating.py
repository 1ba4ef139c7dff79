"""The egress gate: what one decision costs, and what it adds to a mail that leaves."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from time import perf_counter, thread_time
from typing import Any
from uuid import UUID

from django.conf import settings

from steward.bench.asking import statements
from steward.bench.figures import Spread, load
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.egress import ledger
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Decision, Known, Request, decide
from steward.privacy.egress.envelope import Envelope
from steward.privacy.egress.gate import passage
from steward.privacy.egress.known import gather
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.standing import EVERYBODY, standing
from steward.privacy.egress.registry.versions import published
from steward.privacy.egress.routes import Route, Tls
from steward.privacy.egress.smtp import Outcome, deliver
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.keys.store import create_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope

SLUG = "sender"
OTHERS = 60  # engagements on the list beside the relay's
VERSIONS = 12  # of the list
MANY = 20_000
MESSAGE = b"From: a@sender.example\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\n" + b"All is well.\r\n" * 40
Figures = dict[str, Any]


def measure(*, rounds: int) -> Figures:
    """Figures of a hosting installation with a list of 61 engagements in 12 versions, whose relay is one of them."""
    with _listening() as here:
        settings.STEWARD_HOSTING = True
        settings.STEWARD_EGRESS_ALLOW = (str(here),)
        account_id = _prepared(here)
        request = Request(account_id=account_id, purpose="mail.deliver", categories=("user.content",), destination=here)
        known = replace(gather(request), resolves_to_reachable=True)
        decision = decide(request, known)
        if not decision.is_allowed:
            raise RuntimeError(f"the gate says {decision.reason}")
        found = _in_memory(request, known) | _with_database(request, known, decision, rounds)
        found["a whole mail"] = _spread(lambda: _deliver(account_id, here), rounds)
    return {"gate": found | {"load": load()}}


def _in_memory(request: Request, known: Known) -> Figures:
    states = published().revisions["relay"]
    return {
        "decide": _microseconds(lambda: decide(request, known)),
        "decide, denied": _microseconds(lambda: decide(replace(request, is_restricted=True), known)),
        "what stands for an account": _microseconds(lambda: standing(states, EVERYBODY, known.now)),
    }


def _with_database(request: Request, known: Known, decision: Decision, rounds: int) -> Figures:
    """What the gate adds is all of `a passage`: without it there would only be the connection."""
    with statements() as asked:
        _pass(request)
    with account_scope(request.account_id):  # type: ignore[arg-type]
        inside = _spread(lambda: ledger.write(request, decision, known), rounds)
    return {
        "gather": _spread(lambda: gather(request), rounds),
        "ledger, with its commit": _spread(lambda: ledger.write(request, decision, known), rounds),
        "ledger, without": inside,
        "a passage": _spread(lambda: _pass(request), rounds) | {"queries": len(asked)},
        # What is left of it when nobody else uses the processors, but for the database's own work.
        "a passage, our processor": _spread(lambda: _pass(request), rounds, clock=thread_time),
    }


def _pass(request: Request) -> None:
    with passage(request) as opened:
        opened.sent = 1


def _deliver(account_id: UUID, here: Destination) -> None:
    route = Route(account_id=account_id, destination=here, tls=Tls.WHEN_OFFERED)
    delivered = deliver(route, Envelope("a@sender.example", ("b@example.org",), MESSAGE))
    if delivered.outcome is not Outcome.SENT:
        raise RuntimeError(f"a mail did not arrive: {delivered.words}")


def _spread(act: Callable[[], object], rounds: int, *, clock: Callable[[], float] = perf_counter) -> Figures:
    for _ in range(5):
        act()
    return asdict(Spread.of([_timed(act, clock) for _ in range(rounds)]))


def _microseconds(act: Callable[[], object]) -> Figures:
    """The same in thousandths, of many: `Spread` rounds to hundredths of what it is given in."""
    for _ in range(100):
        act()
    return asdict(Spread.of([_timed(act) * 1000 for _ in range(MANY)]))


def _timed(act: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    started = clock()
    act()
    return clock() - started


def _prepared(here: Destination) -> UUID:
    account = Account.objects.filter(slug=SLUG).first() or create_account(SLUG, name="Sender")
    create_account_key(account.id)
    region, _ = Region.objects.update_or_create(code="eu", defaults={"name": "Europe", "countries": ["DE", "FR"]})
    DataCentre.objects.filter(pk=account.data_centre_id).update(region=region)
    with account_scope(account.id):
        bring_into_force(new_id(), actor=SYSTEM)
    at = now() - timedelta(days=400)
    for _ in range(VERSIONS):
        number = RegistryVersion.objects.count() + 1
        text = doc.canonical(_registry(here, number))
        RegistryVersion.objects.create(
            number=number,
            document=text,
            sha256=doc.digest(text),
            published_at=at + timedelta(days=number),
            effective_at=at + timedelta(days=number),
            binds_notice=False,
        )
    return account.id


def _registry(here: Destination, number: int) -> doc.Registry:
    return doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(doc.Place(code="eu", name={"en": "Europe"}),),
        subprocessors=tuple(_companies(here, number)),
        prose=(),
    )


def _companies(here: Destination, number: int) -> Iterator[doc.Subprocessor]:
    agreement = doc.VendorAgreement(version="1", effective_from=now() - timedelta(days=500))
    places = [("relay", here), *((f"other-{each}", Destination(f"s{each}.example", 443)) for each in range(OTHERS))]
    for key, place in places:
        engagement = doc.Engagement(
            key=key,
            purposes=("mail.deliver",),
            description={"en": f"In version {number}"},  # so that each version is a state of its own
            categories=("user.content", "user.name", "user.contact.email"),
            countries=("DE",),
            regions=("eu",),
            endpoints=(doc.Endpoint(host=place.host, port=place.port, protocol=doc.Protocol.SMTP),),
        )
        yield doc.Subprocessor(
            key=key, legal_name=key, kind=doc.Kind.SERVICE, engagements=(engagement,), agreements=(agreement,)
        )


@contextmanager
def _listening() -> Iterator[Destination]:
    """A mail server of this process that takes everything and keeps nothing."""
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    yield Destination("127.0.0.1", server.getsockname()[1])
    server.close()


def _serve(server: socket.socket) -> None:
    while True:
        try:
            connected, _ = server.accept()
        except OSError:
            return
        with connected, connected.makefile("rb") as lines:
            _take(connected, lines)


def _take(connected: socket.socket, lines: Any) -> None:
    connected.sendall(b"220 here\r\n")
    is_text = False
    for line in lines:
        if is_text:
            is_text = line != b".\r\n"
            said = b"" if is_text else b"250 taken\r\n"
        else:
            is_text = line.upper().startswith(b"DATA")
            said = b"354 go on\r\n" if is_text else b"250 yes\r\n"
        if said:
            connected.sendall(said)
