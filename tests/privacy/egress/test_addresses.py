"""Which addresses may be reached, and what is a host name: the tricks against address checks, one by one."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.privacy.egress.addresses import (
    BadDestination,
    Destination,
    canonical_host,
    is_public,
    is_reachable,
    literal_address,
    parse_destination,
)

NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.0.1.3 127.127.127.127 127.255.255.255
169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.0.170 192.0.2.1 192.88.99.1
192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
::ffff:0:8.8.8.8 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1::808:808 100::1
100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe:: 2002:c0a8:1:: 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456::1
fe80::1 febf::1 fec0::1 ff02::1 ff0e::1
""".split()

PUBLIC = """
1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 198.17.255.255
223.255.255.255
2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
""".split()

ODD_HOSTS = [
    "", ".", "..", "a..b", "-a.example", "a-.example", "a b.example", "a\tb", "a\nb", "a\0b.example", "a/b",
    "a\\b", "a@b", "a#b", "a?b", "a:b", "a%2eb", "exa%6dple.org", "[::1", "::1]", "[a.example]", "fe80::1%eth0",
    "[fe80::1%25eth0]",
    "0", "1", "127.1", "127.0.1", "2130706433", "3232235521", "017700000001", "0177.0.0.1", "0o177.0.0.1", "0x7f000001",
    "0x7f.0.0.1", "0x7f.1",
    "127.0.0.0x1", "1.2.3.4.5", "256.1.1.1", "1.2.3.4.", "a.1", "a.0x", "127。0。0。1", "①②⑦.⓪.⓪.①",
    "a" * 64 + ".example", ".".join(["abcdefgh"] * 30), "1.1.1.1 &@2.2.2.2# @3.3.3.3", "http://a.example",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_these_addresses_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_these_addresses_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_every_form_that_embeds_it(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    translated = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    assert {is_public(mapped), is_public(sixtofour), is_public(translated)} == {is_public(address)}


@given(st.ip_addresses())
def test_nothing_public_is_what_python_calls_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_loopback
        assert not address.is_link_local


@pytest.mark.parametrize("text", ODD_HOSTS)
def test_these_are_no_hosts(text: str) -> None:
    with pytest.raises(BadDestination):
        canonical_host(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Mail.Example.ORG", "mail.example.org"),
        ("mail.example.org.", "mail.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "example.com"),
        ("localhost", "localhost"),
        ("a_b.example", "a_b.example"),
        ("1a.example", "1a.example"),
        ("0xexample.org", "0xexample.org"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:DB8:0:0::1]", "2001:db8::1"),
        ("0000::1", "::1"),
    ],
)
def test_a_host_has_one_form(text: str, host: str) -> None:
    assert canonical_host(text) == host
    assert canonical_host(host) == host


@given(st.text(max_size=40))
def test_whatever_is_a_host_is_plain_ascii_and_stays_so(text: str) -> None:
    try:
        host = canonical_host(text)
    except BadDestination:
        return
    assert host.isascii()
    assert canonical_host(host) == host
    assert literal_address(host) is not None or set(host) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-_")


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_a_port_has_its_limits(port: int) -> None:
    with pytest.raises(BadDestination):
        Destination.of("a.example", port)


def test_destinations_are_written_as_host_and_port() -> None:
    assert parse_destination("mail.internal:25") == Destination("mail.internal", 25)
    assert parse_destination(" [::1]:25 ") == Destination("::1", 25)
    assert str(Destination("::1", 25)) == "[::1]:25"
    assert str(Destination("a.example", 25)) == "a.example:25"


@pytest.mark.parametrize(
    "text", ["", "a", "a:", ":25", "a:b", "a:٢٥", "a:25x", "::1", "::1:25", "a:0", "a:65536", "127.1:25"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(BadDestination):
        parse_destination(text)


def test_the_operator_allows_a_private_address_by_name_or_number_with_its_port() -> None:
    loopback = ipaddress.ip_address("127.0.0.1")
    by_name, by_number = Destination("mail.internal", 25), Destination("127.0.0.1", 25)
    assert is_reachable(loopback, by_name, frozenset({by_name}))
    assert is_reachable(loopback, by_name, frozenset({by_number}))
    for allowed in (Destination("mail.internal", 26), Destination("127.0.0.1", 26), Destination("127.0.0.2", 25)):
        assert not is_reachable(loopback, by_name, frozenset({allowed}))
    assert is_reachable(ipaddress.ip_address("8.8.8.8"), by_name, frozenset())
