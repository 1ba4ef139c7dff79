"""Addresses made to lead a server into its own network, each through the whole gate: as what is called, and as where
somebody else's server sends us on to.

The account has declared whatever host the address can be read as, so that only the address itself stands in the way;
somebody listens on every port that is tried, on IPv4 and IPv6, and must not receive a byte.
"""

import contextlib
import ipaddress
import itertools
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

from steward.lib.clock import now
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.http import Answer, Call, CallFailed, Fault, call
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
    for prefix in ("o", "0o", "q"):
        yield ".".join((f"{prefix}{parts[0]:o}", *map(str, parts[1:])))
    yield ".".join(str(part + 256) for part in parts)
    yield ".".join(f"{part:05d}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{parts[0]}.{parts[3]}"
    yield f"{parts[0]:#x}.0{parts[1]:o}.{number & 0xFFFF}"
    yield f"{parts[0]:#x}.{number & 0xFFFFFF}"
    yield f"0{parts[0]:o}.{number & 0xFFFFFF}"
    yield f"00{parts[0]:o}.{parts[1]:#x}.{number & 0xFFFF}"
    yield "".join(f"%{ord(letter):02x}" for letter in str(address))
    yield "".join(f"%25{ord(letter):02x}" for letter in str(address))
    yield str(address).translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    for zero, one in (("⓪", "①"), ("⓿", "❶"), ("0", "⑴"), ("0", "⒈"), ("0", "⓵")):
        yield str(address).translate({ord("0"): zero} | {ord("1") + more: chr(ord(one) + more) for more in range(9)})
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
    *("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ＬＯＣＡＬＨＯＳＴ", "%6c%6f%63%61%6c%68%6f%73%74"),
    *("localtest.me", "localh.st", "company.127.0.0.1.nip.io", "spoofed.redacted.oastify.com"),
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
    "https://XY>.7d8T\\205pZM@127.0.0.1:{port}/",
    "https://:@127.0.0.1:{port}\\@outside.test",
    "https://127.0.0.1:{port}\\outside.test",
    "https://127.0.0.1&outside.test:{port}/",
    "https://%31%32%37%2e%30%2e%30%2e%31:{port}/",
    "https://%09/127.0.0.1:{port}",
    "https://%5c127.0.0.1:{port}",
    "https://outside.test/https://127.0.0.1:{port}/",
    "https:///////////127.0.0.1:{port}",
]
SCHEMES = """
file:///etc/passwd file://\\/\\/etc/passwd ftp://127.0.0.1:{port}/ dict://a;b@127.0.0.1:{port}/d:w:d:1
sftp://127.0.0.1:{port}/ tftp://127.0.0.1:{port}/PACKET ldap://localhost:{port}/%0astats%0aquit netdoc:///etc/passwd
gopher://localhost:{port}/_MAIL%20FROM:<a@example.org>%0D%0A jar:https://127.0.0.1:{port}!/ jar:file:///etc/passwd!/
jar:http://127.0.0.1:{port}!/ jar:ftp://127.0.0.1:{port}!/ %68%74%74%70%73%3a%2f%2f127.0.0.1:{port}
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
    "localtest.me. AAAA": [["::1"]],
    "localh.st. A": [["127.0.0.1"]],
    "company.127.0.0.1.nip.io. A": [["127.0.0.1"]],
    "spoofed.redacted.oastify.com. A": [["127.0.0.1"]],
    "way.test. A": [["127.0.0.1"]],
    "ip6-loopback. AAAA": [["::1"]],
    "localhost.localdomain. A": [["127.0.0.1"]],
}


def read_as(url: str) -> Iterator[str]:
    """The hosts that an address can be read as."""
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):  # then it is not called either
        yield httpx.URL(url).host
        yield httpx.URL(url).raw_host.decode()


def led(begins: str, ways: Iterable[str]) -> Iterator[str]:
    """Where a redirect leads from there."""
    for way in ways:
        with contextlib.suppress(httpx.InvalidURL, UnicodeError):
            yield str(httpx.URL(begins).join(way))


def places(hosts: Iterable[str], port: int) -> Iterator[Destination]:
    for host, each in itertools.product(hosts, {port, 443, 80}):
        with contextlib.suppress(BadDestination, UnicodeError):
            yield Destination.of(host, each)


def declare_what_they_say(account: Account, urls: Iterable[str], port: int, *more: Destination) -> None:
    """As a spiteful account would: the host of each address, however it can be read, is a service of its own."""
    hosts = {
        "127.0.0.1",
        "::1",
        "inside.test",
        "outside.test",
        "localhost",
        *(host for url in urls for host in read_as(url)),
    }
    with account_scope(account.id):
        Connector.objects.bulk_create(
            Connector(
                kind=Connector.Kind.HTTP,
                host=there.host,
                port=there.port,
                tls=Connector.Tls.IMPLICIT,
                purposes=["answer.suggest"],
                declared_by_kind="system",
                declared_at=now(),
            )
            for there in {*places(hosts, port), *more}
        )


def ask(account: Account, url: str, **changes: Any) -> Answer:
    usual = {"account_id": account.id, "purpose": "answer.suggest", "categories": ("user.content",)}
    return call(Call(**(usual | {"url": url, "method": "POST", "body": b"secret"} | changes)), seconds=2)


@pytest.mark.parametrize("url", URLS)
def test_no_address_leads_inside(names, northwind, listening, settings, url: str) -> None:  # type: ignore[no-untyped-def]
    port, received = listening
    settings.STEWARD_EGRESS_ALLOW = []
    names(NAMES)
    asked = url.replace("{port}", str(port))
    declare_what_they_say(northwind, [asked], port)
    with pytest.raises((CallFailed, EgressDenied)) as refused:
        ask(northwind, asked)
    if isinstance(refused.value, EgressDenied):
        assert refused.value.reason in {Reason.PRIVATE_ADDRESS, Reason.UNKNOWN_HOST}
    else:
        assert refused.value.fault in {Fault.ADDRESS, Fault.CLEAR, Fault.UNRESOLVED}
    assert not received


# Only as where a redirect leads: what makes sense beside an address one is at already. `outside.test` lies inside, too.
LOCATIONS = """
//outside.test/%2f.. ///outside.test/%2f%2e%2e ////outside.test/%2e%2e%2f //outside.test// //way.test@outside.test/%2f..
/https://outside.test/ //https:///outside.test/%2e%2e /%09/outside.test ///%09/outside.test /%5coutside.test
//%5coutside.test /https://%5coutside.test https:outside.test https:way.test@127.0.0.1:{port} https:2130706433
\\/\\/outside.test/ /\\/outside.test/ \\\\outside.test <>//outside.test //outside%00.test outside%E3%80%82test
〱outside.test 〵outside.test ゝoutside.test ーoutside.test ｰoutside.test /〱outside.test /ーoutside.test
//outside.test\\@way.test javascript:alert(1) //javascript:alert(1) /%5cjavascript:alert(1)
java%0d%0ascript%0d%0a:alert(0)
<>javascript:alert(1); ";alert(0);// javascript://way.test?%a0alert%281%29 \\x6A\\x61vascript\\x3aalert(1)
//127.0.0.1:{port}/ ///127.0.0.1:{port}/ \\\\127.0.0.1:{port}/ /\\127.0.0.1:{port}/ //0:{port} //127.1:{port}
//[::1]:{port}
//169.254.169.254/latest/meta-data/ //inside.test:{port} //mixed.test:{port} //localtest.me:{port}
/%0d%0aSet-Cookie:crlf=injection /%%0a0aSet-Cookie:crlf=injection /%u000aSet-Cookie:crlf=injection
/%23%0d%0aSet-Cookie:crlf=injection /%25%30%61Set-Cookie:crlf=injection /%2F..%0d%0aSet-Cookie:crlf=injection
""".split()
WAYS = [*LOCATIONS, *(url for url in URLS if not re.search(r"[\r\n]", url))]
GROUPS = 12


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("group", range(GROUPS))
def test_no_redirect_leads_inside(
    names, actor, authority, trusting, northwind, listening, group: int, status: int
) -> None:  # type: ignore[no-untyped-def]
    port, received = listening
    ways = [way.replace("{port}", str(port)) for way in WAYS[group::GROUPS]]
    moved = f"HTTP/1.1 {status} Moved\r\ncontent-length: 0\r\nlocation: "
    answers = {f"/{number}": [moved + way.encode().decode("latin-1") + "\r\n\r\n"] for number, way in enumerate(ways)}
    server = actor("web", implicit=True, certificate=authority.issue("way.test"), answers=answers)
    trusting.STEWARD_EGRESS_ALLOW = [f"way.test:{server.port}"]
    names(NAMES)
    begins = f"https://way.test:{server.port}/"
    declare_what_they_say(northwind, [*ways, *led(begins, ways)], port, Destination("way.test", server.port))
    for number, way in enumerate(ways):
        with contextlib.suppress(CallFailed, EgressDenied):
            # What is a path beside the first address, and no other host, is asked for there.
            assert ask(northwind, f"{begins}{number}").url.startswith(begins), way
        assert not received, way
    heard = server.heard()
    assert {one["path"] for one in heard} >= set(answers)  # each was asked for, and led where it led
    assert not any("crlf" in name or "set-cookie" in name for one in heard for name in one["headers"])


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
