"""Whom a mail may be from by DMARC, asked of a DNS server that knows a whole small world."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from steward.channels.email.authentication import Client, authenticate
from steward.channels.email.dmarc import as_domain, organisation_of
from steward.channels.email.models import RawMail
from steward.channels.email.verdicts import Verdict
from steward.privacy.egress import dns, ledger, wall
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_reply, make_ticket

ACTORS = Path(__file__).parents[2] / "privacy" / "egress" / "actors.py"
GOOD, ELSEWHERE = "192.0.2.1", "198.51.100.9"


def _key() -> tuple[bytes, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  small, for speed
    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, base64.b64encode(public).decode()


PRIVATE, PUBLIC = _key()
SPF = f'"v=spf1 ip4:{GOOD} -all"'
DKIM = f'"v=DKIM1; k=rsa; " "p={PUBLIC}"'
WORLD: dict[str, Any] = {
    "good.com. TXT": [[SPF]],
    "mail.good.com. TXT": [[SPF]],
    "_dmarc.good.com. TXT": [['"v=DMARC1; p=reject"']],
    "s1._domainkey.good.com. TXT": [[DKIM]],
    "s1._domainkey.news.good.com. TXT": [[DKIM]],
    "my-bank.com. TXT": [[SPF]],
    "_dmarc.my-bank.com. TXT": [['"v=DMARC1; p=reject"']],
    "_dmarc.my. TXT": [['"v=DMARC1; p=none"']],
    "evil.org. TXT": [['"v=spf1 +all"']],
    "s1._domainkey.evil.org. TXT": [[DKIM]],
    "shop.co.uk. TXT": [[SPF]],
    "other.co.uk. TXT": [['"v=spf1 +all"']],
    "_dmarc.shop.co.uk. TXT": [['"some other text"', '"v=DMARC1; p=none; sp=reject; rua=mailto:d@shop.co.uk"']],
    "strict.com. TXT": [[SPF]],
    "mail.strict.com. TXT": [[SPF]],
    "s1._domainkey.mail.strict.com. TXT": [[DKIM]],
    "_dmarc.strict.com. TXT": [['"v=DMARC1; p=reject; adkim=s; aspf=s"']],
    "_dmarc.twice.com. TXT": [['"v=DMARC1; p=reject"', '"v=DMARC1; p=none"']],
    "_dmarc.broken.com. TXT": [['"v=DMARC1; p=perhaps"']],
    "_dmarc.reporting.com. TXT": [['"v=DMARC1; p=perhaps; rua=mailto:d@reporting.com"']],
    "xn--mnchen-3ya.de. TXT": [[SPF]],
    "_dmarc.xn--mnchen-3ya.de. TXT": [['"v=DMARC1; p=reject"']],
    "_dmarc.down.com. TXT": "failure",
    "spfdown.com. TXT": "failure",
    "_dmarc.spfdown.com. TXT": [['"v=DMARC1; p=reject"']],
    "plain.com. TXT": [[SPF]],
}


@pytest.fixture(scope="module")
def resolver() -> Iterator[int]:
    """The port of a DNS server, a process of its own, that knows this world."""
    with wall.allow_child("the DNS of a small world"):
        server = subprocess.Popen(
            [sys.executable, str(ACTORS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps({"id": 1, "role": "dns", "records": WORLD}) + "\n")
    server.stdin.flush()
    yield json.loads(server.stdout.readline())["port"]
    server.kill()
    server.communicate(timeout=10)


@pytest.fixture(autouse=True)
def _world(resolver: int, settings: Any) -> Iterator[None]:
    settings.STEWARD_RESOLVER = f"127.0.0.1:{resolver}"
    dns.forget_answers()
    yield
    dns.forget_answers()
    ledger._lookups.clear()


def mail(author: str = "ann@good.com", *, signed: tuple[str, ...] = (), head: str | None = None) -> bytes:
    head = head if head is not None else f"From: {author}"
    raw = f"{head}\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHi\r\n".encode()
    signatures = [dkim.sign(raw, b"s1", domain.encode(), PRIVATE, include_headers=[b"from"]) for domain in signed]
    return b"".join(signatures) + raw


def results(raw: bytes, mail_from: str = "", *, ip: str = GOOD, helo: str = "mail.good.com") -> dict[str, str]:
    return authenticate(raw, Client(ip, helo, mail_from))


def dmarc(raw: bytes, mail_from: str = "x@evil.org", **more: str) -> str:
    return results(raw, mail_from, **more)["dmarc"]


def test_an_aligned_envelope_sender_is_enough() -> None:
    assert results(mail(), "ann@good.com") == {"spf": "pass", "dkim": "none", "dmarc": "pass"}


def test_the_null_sender_is_judged_by_the_name_in_helo() -> None:
    assert results(mail(), "")["dmarc"] == "pass"
    assert dmarc(mail(), "", helo="evil.org") == "fail"


def test_from_another_place_it_fails() -> None:
    assert results(mail(), "ann@good.com", ip=ELSEWHERE) == {"spf": "fail", "dkim": "none", "dmarc": "fail"}


def test_a_pass_for_another_domain_says_nothing() -> None:
    assert results(mail(), "x@evil.org", ip=ELSEWHERE) == {"spf": "pass", "dkim": "none", "dmarc": "fail"}
    assert dmarc(mail(signed=("evil.org",))) == "fail"


@pytest.mark.parametrize(
    "signed", [("good.com",), ("evil.org", "good.com"), ("good.com", "evil.org"), ("news.good.com",)]
)
def test_any_aligned_signature_is_enough(signed: tuple[str, ...]) -> None:
    assert results(mail(signed=signed), "x@evil.org", ip=ELSEWHERE)["dmarc"] == "pass"


def test_a_signature_that_does_not_hold_is_none() -> None:
    forged = mail(signed=("good.com",)).replace(b"Hi", b"Pay")
    assert results(forged, "x@evil.org") == {"spf": "pass", "dkim": "fail", "dmarc": "fail"}
    assert results(forged.replace(b"; d=good.com", b""), "x@evil.org")["dmarc"] == "fail"


def test_aligned_signatures_are_found_among_many() -> None:
    many = mail(signed=("evil.org",) * 12 + ("good.com",))
    assert dmarc(many, ip=ELSEWHERE) == "pass"


@pytest.mark.parametrize(
    ("author", "mail_from", "expected"),
    [
        ("v@my-bank.com", "v@my-bank.com", "pass"),
        ("v@my-bank.com", "x@evil.org", "fail"),  # not the policy of `my`
        ("v@WWW.My-Bank.com", "x@evil.org", "fail"),
        ("v@a.b.good.com", "x@good.com", "pass"),
        ("v@a.b.good.com", "x@evil.org", "fail"),
        ("v@shop.co.uk", "x@shop.co.uk", "pass"),
        ("v@shop.co.uk", "x@other.co.uk", "fail"),  # both below one public suffix
        ("v@strict.com", "x@strict.com", "pass"),
        ("v@strict.com", "x@mail.strict.com", "fail"),
        ("v@twice.com", "x@evil.org", "none"),
        ("v@broken.com", "x@evil.org", "none"),
        ("v@reporting.com", "x@evil.org", "fail"),
        ("v@plain.com", "x@plain.com", "none"),
        ("v@down.com", "x@evil.org", "temperror"),
        ("v@spfdown.com", "x@spfdown.com", "temperror"),
        ("v@spfdown.com", "x@evil.org", "fail"),
        ("v@münchen.de", "x@xn--mnchen-3ya.de", "pass"),
        ("v@münchen.de", "x@evil.org", "fail"),
        ("<v@b a n k>", "x@evil.org", "permerror"),
        ("v@[192.0.2.1]", "x@evil.org", "permerror"),
        ("MAILER-DAEMON", "x@evil.org", "none"),
    ],
)
def test_alignment_and_policy(author: str, mail_from: str, expected: str) -> None:
    assert dmarc(mail(author), mail_from) == expected


def test_strict_signatures() -> None:
    assert dmarc(mail("v@strict.com", signed=("mail.strict.com",))) == "fail"


@pytest.mark.parametrize(
    "head",
    [
        "From: <=?utf-8?q?v=40good=2Ecom?=>",
        "From : v@good.com",
        "FROM:v@good.com",
        'From: "x@evil.org" <v@good.com>',
        "From: x@evil.org <v@good.com>",
        "From: v@good.com (x@evil.org)",
        "From:\r\n v@good.com",
        "\r\nFrom: v@good.com",
        "From: v@good.com\r\nFrom: x@evil.org",
        "From: x@evil.org\r\nFrom: v@good.com",
        "From: v@good.com, x@evil.org",
        "From: x@evil.org\r\nSender: v@good.com\r\nfrom: y@evil.org",
        "junk\r\nFrom: v@good.com",
        "From: <@evil.org:v@good.com>",
    ],
)
def test_nobody_passes_for_another_by_the_way_it_is_written(head: str) -> None:
    found = dmarc(mail(head=head))
    assert found in {"fail", "permerror"}
    assert Verdict(dmarc=found).is_sender_doubtful


def test_a_signed_from_covers_no_second_one() -> None:
    signed = mail(signed=("good.com",))
    assert dmarc(b"From: chief@good.com\r\n" + signed) == "permerror"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"From:\r\n\r\nHi", b" odd\r\nTo: x\r\n\r\nHi", bytes(range(256))])
def test_no_bytes_raise(raw: bytes) -> None:
    assert dmarc(raw) == "none"


@pytest.mark.parametrize("mail_from", ["@", "x@", "@good.com", "a@b@good.com", "x@" + "a" * 300, "x@\ud800", "x@ö.de"])
def test_no_envelope_raises(mail_from: str) -> None:
    assert dmarc(mail("v@evil.org"), mail_from) == "none"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.b.good.com", "good.com"),
        ("a.shop.co.uk", "shop.co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.test", "b.test"),
        ("x", "x"),
    ],
)
def test_organisations(name: str, expected: str) -> None:
    assert organisation_of(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Good.COM.", "good.com"), ("", ""), ("a b.com", ""), ("a..b", ""), ("x@y", ""), ("-a.com", "")],
)
def test_names_of_domains(text: str, expected: str) -> None:
    assert as_domain(text) == expected


@pytest.mark.parametrize(
    ("result", "is_verified"), [("fail", False), ("permerror", False), ("pass", True), ("none", True)]
)
def test_a_doubtful_sender_joins_marked(result, is_verified, eli, ben, support_mail) -> None:  # type: ignore[no-untyped-def]
    sent = mail_of(make_reply(make_ticket(eli), ben))
    answer = written(support_mail.address, in_reply_to=sent.message_id)
    [came] = receive(support_mail, answer, source=RawMail.Source.SMTP, client={"dmarc": result})
    assert came.message
    assert came.message.is_verified is is_verified
    assert came.message.findings["warnings"] == ([] if is_verified else ["sender_failed_dmarc"])
