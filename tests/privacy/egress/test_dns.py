"""Asking the DNS, and what mail authentication makes of the answers."""

import base64
from typing import Any

import dkim
import pytest
from authheaders import dmarc_per_from
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from steward.privacy.egress import dns, ledger
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.resolving import addresses_of


def test_records_come_in_presentation_form(names) -> None:  # type: ignore[no-untyped-def]
    names({"example.test. MX": [["10 mail.example.test."]], "example.test. TXT": [['"one" "two"', '"three"']]})
    assert dns.lookup("example.test", "MX") == ("10 mail.example.test.",)
    assert sorted(dns.texts("example.test")) == [b"onetwo", b"three"]
    assert dns.lookup("example.test", "A") == ()
    assert dns.lookup("nowhere.test", "MX") == ()


@pytest.mark.parametrize("name", ["a..b", "a" * 64 + ".test", ".".join(["a" * 60] * 5), "\ud800.test"])
def test_what_is_no_name_has_no_records(names, name: str) -> None:  # type: ignore[no-untyped-def]
    server = names({})
    assert dns.lookup(name, "A") == ()
    assert not server.heard()


@pytest.mark.parametrize("answer", ["silence", "failure"])
def test_no_answer_is_said_to_be_none(names, answer: str) -> None:  # type: ignore[no-untyped-def]
    names({"example.test. TXT": answer})
    with pytest.raises(dns.LookupFailed):
        dns.texts("example.test", seconds=0.3)


def test_answers_are_kept_as_long_as_they_say(names) -> None:  # type: ignore[no-untyped-def]
    server = names({"example.test. A": [["8.8.8.8"]]}, ttl=300)
    for _ in range(3):
        dns.lookup("example.test", "A")
    assert len(server.heard()) == 1


def test_each_purpose_is_counted_for_itself(names) -> None:  # type: ignore[no-untyped-def]
    names({})
    dns.texts("example.test")
    dns.lookup("other.test", "A")
    assert sorted(purpose for _, purpose in ledger._lookups) == ["dns.resolve", "mail.authenticate"]


@pytest.mark.parametrize("purpose", ["mail.deliver", "mail.advertise", ""])
def test_other_purposes_ask_nothing(names, purpose: str) -> None:  # type: ignore[no-untyped-def]
    server = names({})
    with pytest.raises(EgressDenied, match="undeclared_call"):
        dns.lookup("example.test", "A", purpose=purpose)
    assert not server.heard()


@pytest.mark.parametrize("setting", ["resolver.example:53", "127.0.0.1:x", "nonsense"])
def test_the_resolver_is_an_address(settings, setting: str) -> None:  # type: ignore[no-untyped-def]
    settings.STEWARD_RESOLVER = setting
    with pytest.raises(BadDestination):
        dns.lookup("example.test", "A")


def signed_mail() -> tuple[bytes, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  small, for speed
    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    mail = b"From: a@example.test\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHi\r\n"
    return dkim.sign(mail, b"s1", b"example.test", pem) + mail, base64.b64encode(public).decode()


def test_dkimpy_verifies_through_it(names) -> None:  # type: ignore[no-untyped-def]
    mail, key = signed_mail()
    names({"s1._domainkey.example.test. TXT": [[f'"v=DKIM1; k=rsa; " "p={key}"']]})
    assert dkim.DKIM(mail).verify(dnsfunc=dns.dnsfunc)
    with pytest.raises(dkim.ValidationError):
        dkim.DKIM(mail.replace(b"Hi", b"Ho")).verify(dnsfunc=dns.dnsfunc)


def policy(domain: str) -> Any:
    return dmarc_per_from(domain, dnsfunc=dns.dnsfunc, policy_only=True)[3]


def test_authheaders_finds_policies_through_it(names) -> None:  # type: ignore[no-untyped-def]
    record = '"v=DMARC1; p=reject"'
    names(
        {
            "_dmarc.one.test. TXT": [['"something else"', record]],
            "_dmarc.two.test. TXT": [[record, '"v=DMARC1; p=none"']],
        }
    )
    assert dns.dnsfunc("_dmarc.one.test") == "v=DMARC1; p=reject"
    assert dns.dnsfunc("_dmarc.two.test") is None
    assert dns.dnsfunc("_dmarc.none.test") is None
    assert policy("one.test") == "reject"


def test_this_machine_is_no_question_for_the_dns(settings) -> None:  # type: ignore[no-untyped-def]
    """`STEWARD_SMTP_RELAY=smtp://localhost:25` works beside a resolver that knows no localhost (RFC 6761)."""
    settings.STEWARD_RESOLVER = "127.0.0.1:9"
    found = addresses_of(Destination("localhost", 25))
    assert found
    assert all(address.is_loopback for address in found)
