"""A proxy before the network: all that goes out goes through it, by name, and without it nothing goes out."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress import configuration, proxying, wall
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.decision import EgressDenied, Request
from steward.privacy.egress.gate import passage
from steward.privacy.egress.http import Call, call
from steward.privacy.egress.models import Connector
from steward.privacy.egress.proxying import ProxyRefused
from steward.privacy.egress.replies import Outcome, Stage
from steward.privacy.egress.routes import Route, Tls, relay_route
from steward.privacy.egress.smtp import Envelope, deliver
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

MESSAGE = b"From: a@example.org\r\nTo: eli@example.org\r\nSubject: Hello\r\n\r\nGood day.\r\n"
ENVELOPE = Envelope("bounce@northwind.example", ("eli@example.org",), MESSAGE)
Start = Callable[..., Any]
PUBLIC = {"mail.test. A": [["198.41.0.4"]], "api.test. A": [["198.41.0.4"]]}  # nobody is asked there in a test


@dataclass
class Proxy:
    """Lets through what it is told to, to a port of this machine; notes what it was asked."""

    ways: dict[str, int] = field(default_factory=dict)
    answer: bytes = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"
    asked: list[str] = field(default_factory=list)
    server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def setting(self) -> str:
        return f"127.0.0.1:{self.server.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connected,), daemon=True).start()

    def _talk(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += near.recv(1)
            self.asked.append(head.decode())
            port = self.ways.get(head.split()[1].decode())
            if port is None:
                near.sendall(b"HTTP/1.1 407 Request rejected by proxy\r\nContent-Length: 2\r\n\r\nno")
                return
            with wall.allow(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)) as far:
                # In one piece with what the other end says at once, where it does: nothing of that may be lost.
                near.sendall(self.answer + _said_at_once(far))
                threading.Thread(target=_pass_on, args=(near, far), daemon=True).start()
                _pass_on(far, near)


def _said_at_once(far: socket.socket) -> bytes:
    far.settimeout(0.2)
    try:
        return far.recv(4096)
    except TimeoutError:
        return b""
    finally:
        far.settimeout(None)


def _pass_on(giving: socket.socket, taking: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := giving.recv(65536):
            taking.sendall(some)


@pytest.fixture
def proxy(settings: Any) -> Iterator[Proxy]:
    made = Proxy()
    settings.STEWARD_EGRESS_PROXY, settings.STEWARD_EGRESS_ALLOW = made.setting, []
    yield made
    made.server.close()


def declare(account: Account, there: Destination, kind: Connector.Kind = Connector.Kind.SMTP, *purposes: str) -> None:
    declared = Declaration(kind=kind, destination=there, tls=Connector.Tls.STARTTLS, purposes=frozenset(purposes))
    with account_scope(account.id):
        declare_connector(declared, actor=SYSTEM)


def route(account: Account, there: Destination) -> Route:
    return Route(account_id=account.id, destination=there, tls=Tls.STARTTLS)


def question(place: str) -> str:
    """What the proxy is asked, and nothing else: no account, no purpose."""
    return f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nX-Smokescreen-Role: steward-instructed\r\n\r\n"


def test_a_mail_goes_through_it_by_name_under_the_servers_own_certificate(
    proxy: Proxy, actor: Start, names: Start, trusting: Any, certificate: str, northwind: Account
) -> None:
    server = actor("smtp", starttls=True, certificate=certificate)
    names(PUBLIC)
    there = Destination("mail.test", 587)
    proxy.ways["mail.test:587"] = server.port
    declare(northwind, there)
    delivered = deliver(route(northwind, there), ENVELOPE)
    assert (delivered.outcome, delivered.words) == (Outcome.SENT, delivered.words)
    assert proxy.asked == [question("mail.test:587")]
    assert any("message" in heard for heard in server.heard())


def test_the_relay_of_who_runs_it_for_themselves_does_too(
    proxy: Proxy, actor: Start, names: Start, trusting: Any, certificate: str, northwind: Account
) -> None:
    server = actor("smtp", starttls=True, certificate=certificate)
    names(PUBLIC)
    trusting.STEWARD_SMTP_RELAY = "smtp://mail.test:587"
    proxy.ways["mail.test:587"] = server.port
    way = relay_route(northwind.id)
    assert way is not None
    assert deliver(way, ENVELOPE).outcome is Outcome.SENT
    assert len(proxy.asked) == 1


def test_so_does_a_call_over_http(
    proxy: Proxy, actor: Start, names: Start, trusting: Any, authority: Any, northwind: Account
) -> None:
    answers = {"/": ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"]}
    server = actor("web", implicit=True, certificate=authority.issue("api.test"), answers=answers)
    names(PUBLIC)
    proxy.ways["api.test:443"] = server.port
    declare(northwind, Destination("api.test", 443), Connector.Kind.HTTP, "answer.suggest")
    asked = Call(
        account_id=northwind.id, purpose="answer.suggest", categories=("user.content",), url="https://api.test/"
    )
    assert call(asked).body == b"ok"
    assert proxy.asked == [question("api.test:443")]


def test_what_it_refuses_waits_and_says_why(proxy: Proxy, names: Start, northwind: Account) -> None:
    names(PUBLIC)
    there = Destination("mail.test", 587)
    declare(northwind, there)
    delivered = deliver(route(northwind, there), ENVELOPE)
    assert (delivered.outcome, delivered.stage) == (Outcome.TEMPORARY, Stage.CONNECT)
    assert "the proxy lets nothing through to mail.test:587" in delivered.words


def test_without_it_nothing_goes_out_by_another_way(
    proxy: Proxy, names: Start, northwind: Account, refused: Callable[[], Any]
) -> None:
    """The wall sees each connection that is tried: to the proxy that is gone, and to nobody else."""
    names(PUBLIC)
    there = Destination("mail.test", 587)
    declare(northwind, there)
    gone = proxy.setting
    proxy.server.shutdown(socket.SHUT_RDWR)
    proxy.server.close()
    tried: list[Any] = []
    before = socket.socket.connect

    class Seen(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address)
            before(self, address)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("steward.privacy.egress.gate.socket.socket", Seen)
        delivered = deliver(route(northwind, there), ENVELOPE)
    assert delivered.outcome is Outcome.TEMPORARY
    assert {f"{host}:{port}" for host, port in tried} == {gone}
    assert not proxy.asked
    assert not refused()


def test_the_gate_decides_before_it_is_asked(proxy: Proxy, names: Start, northwind: Account) -> None:
    names({"mail.test. A": [["10.0.0.7"]]})
    for host, reason in (("unknown.test", "unknown_host"), ("mail.test", "private_address")):
        there = Destination(host, 587)
        if reason == "private_address":
            declare(northwind, there)
        with pytest.raises(EgressDenied, match=reason):
            deliver(route(northwind, there), ENVELOPE)
    assert not proxy.asked


def test_the_operators_own_network_is_reached_directly(
    proxy: Proxy, actor: Start, names: Start, settings: Any, northwind: Account
) -> None:
    listener = actor("script", lines=["hello\r\n"])
    names({"mail.test. A": [["127.0.0.1"]]})
    settings.STEWARD_EGRESS_ALLOW = [f"mail.test:{listener.port}"]
    there = Destination("mail.test", listener.port)
    declare(northwind, there)
    request = Request(account_id=northwind.id, purpose="mail.deliver", categories=("user.content",), destination=there)
    with passage(request) as opened, opened.connect_tcp() as connected:
        assert connected.getpeername() == ("127.0.0.1", listener.port)
    assert not proxy.asked


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 407 no\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"220 mail.test ESMTP\r\n\r\n",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 2000 + b"\r\n",
    ],
)
def test_what_is_no_yes_of_a_proxy_is_none(answer: bytes) -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(answer)
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(ProxyRefused):
            proxying.open_way(near, Destination("mail.test", 587), 2)


def test_a_proxy_that_says_nothing_is_not_waited_for() -> None:
    near, far = socket.socketpair()
    with near, far, pytest.raises(TimeoutError):
        proxying.open_way(near, Destination("mail.test", 587), 0.1)


def test_what_follows_its_answer_is_left_to_be_read() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(5)
        far.sendall(b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\n220 hello\r\n")
        proxying.open_way(near, Destination("2001:db8::1", 587), 2)
        assert near.recv(100) == b"220 hello\r\n"
        assert near.gettimeout() == 5
        assert far.recv(100).startswith(b"CONNECT [2001:db8::1]:587 HTTP/1.1\r\n")


@pytest.mark.parametrize("text", ["proxy.example:4750", "8.8.8.8:4750", "10.0.0.2", "http://10.0.0.2:4750"])
def test_the_proxy_is_an_address_of_the_operators_own(settings: Any, text: str) -> None:
    settings.STEWARD_EGRESS_PROXY = text
    with pytest.raises(BadDestination):
        configuration.proxy()
