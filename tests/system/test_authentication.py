"""Who really sent it, where our listener is the exchanger: signed mail, a DNS of our own, real connections."""

import base64
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

SUPPORT = "support@acme.example.test"


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def bank(world: Any, key: rsa.RSAPrivateKey) -> None:
    """bank.example signs its mail, sends it from 192.0.2.1 only, and wants all else rejected."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    world.publish(
        {
            "bank.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]},
            "s1._domainkey.bank.example": {"TXT": [f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"]},
            "_dmarc.bank.example": {"TXT": ["v=DMARC1; p=reject"]},
            "here.example": {"TXT": ["v=spf1 a:mx.here.example -all"]},
            "mx.here.example": {"A": ["127.0.0.1"]},
            "_dmarc.here.example": {"TXT": ["v=DMARC1; p=quarantine"]},
            "_dmarc.open.example": {"TXT": ["v=DMARC1; p=none"]},
        }
    )


@pytest.fixture
def send(world: Any, bank: None, swaks: Any, key: rsa.RSAPrivateKey) -> Any:
    """`send(From, Subject)` hands a mail in from 127.0.0.1; returns what it became."""

    def send(sender: str, subject: str, *, is_signed: bool = False, headers: str = "", to: str = SUPPORT) -> Any:
        mail = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{headers}\r\nWhere is it?\r\n".encode()
        if is_signed:
            private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
            mail = dkim.sign(mail, b"s1", sender.partition("@")[2].encode(), private) + mail
        swaks("--from", sender, "--to", to, "--data", mail.decode())
        return world.steward.message("acme", subject, kind="incoming")

    return send


def checked(came: Any) -> Any:
    return {method: came["findings"]["authentication"].get(method) for method in ("spf", "dkim", "dmarc")}


def test_signed_by_its_domain(send: Any) -> None:
    came = send("eli@bank.example", "Signed", is_signed=True)
    assert checked(came) == {"spf": "fail", "dkim": "pass", "dmarc": "pass"}
    assert came["findings"]["authentication"]["by"] == "listener"
    assert came["is_verified"]


def test_sent_by_a_server_of_its_domain(send: Any) -> None:
    came = send("eli@here.example", "By its server")
    assert checked(came) == {"spf": "pass", "dkim": "none", "dmarc": "pass"}
    assert came["is_verified"]


def test_a_domain_that_says_nothing(send: Any) -> None:
    came = send("eli@unknown.example", "Says nothing")
    assert checked(came) == {"spf": "none", "dkim": "none", "dmarc": "none"}
    assert came["is_verified"]


def test_a_server_that_keeps_silent_is_no_proof_of_forgery(send: Any) -> None:
    came = send("eli@silent.example", "Silent server")
    assert checked(came) == {"spf": "temperror", "dkim": "none", "dmarc": "temperror"}
    assert came["is_verified"]


def test_a_forged_customer_is_marked_and_joins_no_thread_unmarked(world: Any, send: Any, ben: Any) -> None:
    steward = world.steward
    true = send("eli@bank.example", "My account", is_signed=True)
    browser = ben()
    browser.reply(true["code"], "<p>Which one?</p>")
    answer = steward.message("acme", "My account", kind="outgoing", state="sent")
    address = str(answer["raw"]).partition("Reply-To: ")[2].partition("\r\n")[0]

    thread = f"In-Reply-To: <{answer['internet_id']}>\r\n"
    send("eli@bank.example", "My account", headers=thread, to=address)
    forged = steward.message("acme", "My account", kind="incoming", is_verified=False)
    assert forged["code"] == true["code"]
    assert checked(forged) == {"spf": "fail", "dkim": "none", "dmarc": "fail"}
    assert not forged["is_verified"]
    assert "sender_failed_dmarc" in forged["findings"]["warnings"]
    assert "fails the checks of the domain it says it comes from" in browser.page(forged["code"])
    thanked = [mail["envelope_to"] for mail in steward.ask("outgoing", "acme", "automatic answer")]
    assert ["eli@bank.example"] not in thanked


def test_what_others_claim_to_have_checked_is_not_believed(send: Any) -> None:
    claim = "Authentication-Results: mx.bank.example; dmarc=pass header.from=bank.example\r\n"
    came = send("eli@bank.example", "Claims much", headers=claim)
    assert came["findings"]["authentication"]["dmarc"] == "fail"


def test_from_a_mailbox_only_the_named_server_is_believed(world: Any, dovecot: Any) -> None:
    steward = world.steward
    server = dovecot(authority=world.authority, port=world.ports.pop())
    url = f"imaps://eva@127.0.0.1:{server.port}"
    address = ("mail-account", "add", "acme", "--address", "eva@authenticated.example")
    steward.run(*address, "--imap", url, "--trusted-authserv", "mx.mailbox.example", stdin="secret\n")
    for subject, results in {
        "Believed": "mx.mailbox.example; spf=pass smtp.mailfrom=bank.example; dmarc=fail header.from=bank.example",
        "Stranger": "mx.stranger.example; dmarc=pass header.from=bank.example",
        "Nothing": "",
    }.items():
        header = f"Authentication-Results: {results}\r\n" if results else ""
        mail = f"{header}From: eli@bank.example\r\nSubject: {subject} by IMAP\r\n\r\nHello\r\n"
        server.deliver(mail.encode())
    believed = steward.message("acme", "Believed by IMAP", seconds=60)
    assert believed["findings"]["authentication"] == {"spf": "pass", "dmarc": "fail", "by": "mx.mailbox.example"}
    assert not believed["is_verified"]
    for subject in ("Stranger", "Nothing"):
        assert steward.message("acme", f"{subject} by IMAP")["findings"]["authentication"] == {}
