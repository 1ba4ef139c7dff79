"""SPF, DKIM and DMARC on mails that are truly signed; only the DNS is a table."""

import base64
from collections.abc import Callable
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from steward.channels.email import authentication
from steward.channels.email.authentication import Client, authenticate
from steward.privacy.egress.dns import LookupFailed

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
RECORD = f"v=DKIM1; k=rsa; p={PUBLIC}"
OURS, THEIRS = "192.0.2.25", "203.0.113.9"
MAIL = (
    b"From: Eli Berg <eli@example.org>\r\nTo: support@acme.example.test\r\nSubject: Hello\r\n"
    b"Message-ID: <1@example.org>\r\nDate: Mon, 05 Jan 2026 10:00:00 +0000\r\n\r\nGood morning\r\n"
)
SILENT = LookupFailed("LifetimeTimeout")


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """TXT records by name; `SILENT` for a name whose server does not answer."""
    records: dict[str, Any] = {
        "example.org": f"v=spf1 ip4:{OURS} -all",
        "s1._domainkey.example.org": RECORD,
        "_dmarc.example.org": "v=DMARC1; p=reject",
    }

    def texts(name: str, **_options: Any) -> tuple[bytes, ...]:
        found = records.get(name.rstrip(".").lower())
        if found is SILENT:
            raise SILENT
        return (found.encode(),) if found else ()

    monkeypatch.setattr("steward.privacy.egress.dns.texts", texts)
    monkeypatch.setattr(authentication, "texts", texts)
    monkeypatch.setattr("steward.channels.email.dmarc.texts", texts)
    monkeypatch.setattr(authentication, "lookup", lambda *_names, **_options: ())
    return records


def signed(mail: bytes = MAIL, *, domain: str = "example.org") -> bytes:
    return bytes(dkim.sign(mail, b"s1", domain.encode(), PRIVATE)) + mail


def results(mail: bytes, *, ip: str = OURS, sender: str = "eli@example.org") -> tuple[str, str, str]:
    found = authenticate(mail, Client(ip, "mx.example.org", sender))
    return found["spf"], found["dkim"], found["dmarc"]


def test_all_is_well(zone: Any) -> None:
    assert results(signed()) == ("pass", "pass", "pass")


def test_one_of_both_is_enough(zone: Any) -> None:
    assert results(MAIL) == ("pass", "none", "pass")
    assert results(signed(), ip=THEIRS) == ("fail", "pass", "pass")


def test_nothing_holds(zone: Any) -> None:
    assert results(MAIL, ip=THEIRS) == ("fail", "none", "fail")
    assert results(signed().replace(b"morning", b"evening"), ip=THEIRS) == ("fail", "fail", "fail")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", "none"),
        ("v=DMARC1; p=none", "fail"),
        ("v=DMARC1; p=quarantine", "fail"),
        ("v=DMARC1;nonsense", "none"),
        ("something else", "none"),
    ],
)
def test_what_the_domain_says(zone: Any, policy: str, expected: str) -> None:
    zone["_dmarc.example.org"] = policy
    assert results(MAIL, ip=THEIRS)[2] == expected


def test_the_sending_server_of_another_domain_proves_nothing(zone: Any) -> None:
    zone["mailer.example"] = f"v=spf1 ip4:{THEIRS} -all"
    assert results(MAIL, ip=THEIRS, sender="bounces@mailer.example") == ("pass", "none", "fail")


@pytest.mark.parametrize("mode", ["r", "s"])
def test_alignment(zone: Any, mode: str) -> None:
    """A subdomain is as good as its organisation, unless the policy is strict (RFC 7489 section 3.1)."""
    zone["_dmarc.example.org"] = f"v=DMARC1; p=reject; adkim={mode}; aspf={mode}"
    zone["s1._domainkey.news.example.org"] = RECORD
    zone["news.example.org"] = f"v=spf1 ip4:{OURS} -all"
    expected = "pass" if mode == "r" else "fail"
    assert results(signed(domain="news.example.org"), ip=THEIRS)[2] == expected
    assert results(MAIL, sender="eli@news.example.org")[2] == expected
    shouted = MAIL.replace(b"eli@example.org", b"eli@EXAMPLE.org")
    assert results(shouted)[2] == results(signed(shouted), ip=THEIRS)[2] == "pass"


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_signatures_the_one_that_counts_is_found(zone: Any, turned: bool) -> None:
    """Senders of newsletters sign for themselves, too; their signature holds and says nothing about From."""
    zone["s1._domainkey.mailer.example"] = RECORD
    domains: list[str] = ["example.org", "mailer.example"]
    first, second = reversed(domains) if turned else domains
    own = [bytes(dkim.sign(MAIL, b"s1", domain.encode(), PRIVATE)) for domain in (first, second)]
    assert results(own[0] + own[1] + MAIL, ip=THEIRS) == ("fail", "pass", "pass")


def test_a_broken_signature_beside_a_true_one(zone: Any) -> None:
    true = signed()
    broken = true[: true.index(b"From:")].replace(b"b=", b"b=AAAA", 1)
    assert results(broken + true, ip=THEIRS) == ("fail", "pass", "pass")


@pytest.mark.parametrize(
    ("silent", "mail", "expected"),
    [
        ("example.org", MAIL, ("temperror", "none", "temperror")),
        ("s1._domainkey.example.org", signed(), ("fail", "temperror", "temperror")),
        ("_dmarc.example.org", MAIL, ("fail", "none", "temperror")),
        ("example.org", signed(), ("temperror", "pass", "pass")),
    ],
)
def test_a_server_that_does_not_answer_is_no_reason_to_doubt(
    zone: Any, silent: str, mail: bytes, expected: tuple[str, str, str]
) -> None:
    zone[silent] = SILENT
    assert results(mail, ip=THEIRS) == expected


def test_a_report_is_checked_by_the_name_its_server_gives(zone: Any) -> None:
    zone["mx.example.org"] = f"v=spf1 ip4:{OURS} -all"
    report = MAIL.replace(b"eli@example.org", b"MAILER-DAEMON@mx.example.org")
    assert results(report, sender="") == ("pass", "none", "pass")


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace(b"From: Eli Berg <eli@example.org>\r\n", b""),
        lambda mail: mail.replace(b"<eli@example.org>", b"nobody"),
        lambda mail: mail.replace(b"<eli@example.org>", b"<eli@ex\xffample.org>"),
        lambda mail: mail.replace(b"<eli@example.org>", b"<eli@..>"),
        lambda _mail: b"",
        lambda _mail: b"\r\n",
        lambda _mail: b"no header at all",
        lambda mail: b"DKIM-Signature: v=1; a=rsa-sha256; nonsense\r\n" + mail,
        lambda mail: b"DKIM-Signature: \xff\r\n" + mail,
        lambda mail: b"DKIM-Signature:\r\n" * 200 + mail,
    ],
)
def test_nothing_makes_it_fail(zone: Any, change: Callable[[bytes], bytes]) -> None:
    said = results(change(MAIL), ip=THEIRS)
    assert set(said) <= {"none", "fail", "permerror", "temperror"}


@pytest.mark.parametrize("client", [Client("nonsense", "", ""), Client("::1", "[::1]", "x@y@z"), Client(OURS, "ä", "")])
def test_no_client_makes_it_fail(zone: Any, client: Client) -> None:
    assert authenticate(MAIL, client)["spf"] in {"none", "permerror", "fail", "softfail", "neutral"}


def test_a_second_from_proves_nothing(zone: Any) -> None:
    """A true From beside another one: whoever reads the other one is not deceived by a pass."""
    zone["_dmarc.mailer.example"] = "v=DMARC1; p=reject"
    zone["mailer.example"] = f"v=spf1 ip4:{THEIRS} -all"
    two = b"From: evil@mailer.example\r\n" + MAIL
    assert results(two, ip=THEIRS, sender="evil@mailer.example")[2] in {"fail", "permerror"}
