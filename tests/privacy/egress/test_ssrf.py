"""Addresses made to lead a server into its own network, each through the whole gate.

The account has declared whatever host the address can be read as, so that only the address itself stands in the way;
somebody listens on every port that is tried, on IPv4 and IPv6, and must not receive a byte.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.http import Call, CallFailed, Fault, call
from steward.privacy.egress.models import Connector
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

LOOPBACK, PRIVATE, METADATA = (ipaddress.IPv4Address(text) for text in ("127.0.0.1", "192.168.0.1", "169.254.169.254"))


def octets(address: ipaddress.IPv4Address) -> list[int]:
    return list(address.packed)


def spelled(address: ipaddress.IPv4Address) -> Iterator[str]:
    """The address in the forms that resolvers, browsers and libraries have been known to read as it."""
    number, parts = int(address), octets(address)
    yield str(address)
    yield f"{address}."
    yield str(number)
    yield hex(number)
    yield oct(number).replace("o", "")
    yield oct(number)
    yield ".".join(f"{part:#x}" for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"0o{part:o}" for part in parts)
    yield ".".join(
        f"{letter}{parts[0]:o}" if not place else str(part) for letter in "oq" for place, part in enumerate(parts)
    )
    yield ".".join(f"{part:05d}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{parts[0]}.{parts[3]}"
    yield f"{parts[0]:#x}.0{parts[1]:o}.{number & 0xFFFF}"
    yield "".join(f"%{ord(letter):02x}" for letter in str(address))
    yield "".join(f"%25{ord(letter):02x}" for letter in str(address))
    yield str(address).translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    yield str(address).translate(
        {ord("0"): "⓪"} | {ord("0") + digit: chr(0x2460 + digit - 1) for digit in range(1, 10)}
    )
    yield str(address).translate({ord("0") + digit: chr(0x0E50 + digit) for digit in range(10)})
    yield str(address).replace(".", "。")
    yield str(address).replace(".", "．")
    yield f"[::ffff:{address}]"
    yield f"[0:0:0:0:0:ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[::{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[64:ff9b:1::{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]"
    yield f"[::ffff:0:{address}]"


HOSTS = [
    *(host for address in (LOOPBACK, PRIVATE, METADATA) for host in spelled(address)),
    *("127.0.1.3", "127.127.127.127", "127.0.0.0", "127.1", "127.0.1", "0", "0.0.0.0", "255.255.255.255", "224.0.0.1"),
    *("[::]", "[::1]", "[0000::1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "[::1%lo]", "[fe80::1]", "[fd00:ec2::254]"),
    *("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "ip6-loopback", "localhost.localdomain"),
    *("inside.test", "inside6.test", "company.127.0.0.1.rebound.test", "mixed.test", "inside.test."),
    *("[::1", "::1", "::1]", "[]", "", ".", "127.0.0.1%00.example.org", "127.0.0.1%0a", "127.0.0.1%2f", "127.0.0.1 "),
]  # fmt: skip

# What a parser may take for another host than the next one does.
ADDRESSES = [
    "https://outside.test@127.0.0.1:{port}/",
    "https://outside.test:443@127.0.0.1:{port}/",
    "https://outside.test%40127.0.0.1:{port}/",
    "https://127.0.0.1:{port}\\@outside.test/",
    "https://127.0.0.1:{port}\\@@outside.test:{port}/",
    "https://127.0.0.1:{port}:\\@@outside.test:{port}/",
    "https://127.0.0.1:{port}#\\@outside.test:{port}/",
    "https://127.0.0.1:{port}#@outside.test/",
    "https://127.0.0.1:{port}?@outside.test/",
    "https://127.0.0.1 &@127.0.0.2# @127.0.0.3:{port}/",
    "https://outside.test#@127.0.0.1:{port}/",
    "https:127.0.0.1:{port}/",
    "https:/127.0.0.1:{port}/",
    "https:///127.0.0.1:{port}/",
    "https:////127.0.0.1:{port}/",
    "https:\\\\127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "https://127.0.0.1:{port}/%61dmin",
    "https://127.0.0.1:{port}/%2561dmin",
    "https://127.0.0.1:{port}/a%0d%0aHost:%20b",
    "https://127.0.0.1:{port}/a\r\nHost: b",
    "https://127.0.0.1:{port}\r\n/",
    "https://127.0.0.1\t:{port}/",
    "https://127.0.0.1:0{port}/",
    "https://127.0.0.1:+{port}/",
    "https://127.0.0.1:{port}.0/",
    "https://a???127.0.0.1:{port}/",
    "0://outside.test:{port};https://127.0.0.1:{port}/",
    "https://inside.test:{port}/",
]
SCHEMES = """
file:///etc/passwd file://\\/\\/etc/passwd ftp://127.0.0.1:{port}/ dict://a;b@127.0.0.1:{port}/d:w:d:1
sftp://127.0.0.1:{port}/ tftp://127.0.0.1:{port}/PACKET ldap://localhost:{port}/%0astats%0aquit netdoc:///etc/passwd
gopher://localhost:{port}/_MAIL%20FROM:<a@example.org>%0D%0A jar:https://127.0.0.1:{port}!/ jar:file:///etc/passwd!/
ws://127.0.0.1:{port}/ wss://127.0.0.1:{port}/ data:text/plain,a javascript:alert(1) unix:///run/docker.sock
""".split()
URLS = [
    *(f"{scheme}://{host}:{{port}}/" for scheme in ("https", "http") for host in HOSTS),
    *(address for https in ADDRESSES for address in (https, https.replace("https:", "http:", 1))),
    *SCHEMES,
]


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[int, bytearray]]:
    """A port of this machine, on both families, and what was ever sent to it."""
    received = bytearray()
    four = socket.create_server(("127.0.0.1", 0))
    port = four.getsockname()[1]
    six = socket.create_server(("::1", port), family=socket.AF_INET6)
    for server in (four, six):
        threading.Thread(target=_serve, args=(server, received), daemon=True).start()
    yield port, received
    four.close()
    six.close()


def _serve(server: socket.socket, received: bytearray) -> None:
    while True:
        try:
            connected, _ = server.accept()
        except OSError:
            return
        received += b"<connected>"
        with connected:
            while some := connected.recv(4096):
                received += some


NAMES = {
    "inside.test. A": [["127.0.0.1"]],
    "inside6.test. AAAA": [["::1"]],
    "mixed.test. A": [["8.8.8.8", "127.0.0.1"]],
    "company.127.0.0.1.rebound.test. A": [["127.0.0.1"]],
    "outside.test. A": [["127.0.0.2"]],
    "ip6-localhost. AAAA": [["::1"]],
    "ip6-loopback. AAAA": [["::1"]],
    "localhost.localdomain. A": [["127.0.0.1"]],
}


def declare_what_it_says(account: Account, url: str, port: int) -> None:
    """As a spiteful account would: the host of the address, however it can be read, is a service of its own."""
    hosts = {"127.0.0.1", "::1", "inside.test", "outside.test", "localhost"}
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):  # then it is not called either
        hosts.add(httpx.URL(url).host)
    with account_scope(account.id):
        for host in hosts:
            for each in {port, 443, 80}:
                try:
                    there = Destination.of(host, each)
                except (BadDestination, UnicodeError):
                    continue
                kind, purposes = Connector.Kind.HTTP, frozenset({"answer.suggest"})
                declared = Declaration(kind=kind, destination=there, tls=Connector.Tls.IMPLICIT, purposes=purposes)
                declare_connector(declared, actor=SYSTEM)


@pytest.mark.parametrize("url", URLS)
def test_no_address_leads_inside(names, northwind, listening, settings, url: str) -> None:  # type: ignore[no-untyped-def]
    port, received = listening
    settings.STEWARD_EGRESS_ALLOW = []
    names(NAMES)
    asked = url.replace("{port}", str(port))
    declare_what_it_says(northwind, asked, port)
    with pytest.raises((CallFailed, EgressDenied)) as refused:
        call(
            Call(
                account_id=northwind.id,
                purpose="answer.suggest",
                categories=("user.content",),
                url=asked,
                method="POST",
                body=b"secret",
            ),
            seconds=2,
        )
    if isinstance(refused.value, EgressDenied):
        assert refused.value.reason in {Reason.PRIVATE_ADDRESS, Reason.UNKNOWN_HOST}
    else:
        assert refused.value.fault in {Fault.ADDRESS, Fault.CLEAR, Fault.UNRESOLVED}
    assert not received


def test_somebody_does_listen_there(listening) -> None:  # type: ignore[no-untyped-def]
    """Else the tests above would prove nothing."""
    from steward.privacy.egress import wall

    port, received = listening
    for host in ("127.0.0.1", "::1"):
        with wall.allow((host, port)), socket.create_connection((host, port)) as sock:
            sock.sendall(b"x")
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(1):
                pass
    assert received.count(b"<connected>x") == 2
    received.clear()
