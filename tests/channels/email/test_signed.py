"""Signed mail, checked by the programs people check it with: what is downloaded is what was signed, to the byte."""

import re
import shutil
import subprocess
from functools import partial

import pytest

from steward.tenancy.scope import account_scope
from steward.testing.letters import receive
from steward.tickets.models import Attachment

ENTITY = (
    b"Content-Type: multipart/mixed; boundary=inner\r\n\r\n"
    b"--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Gr\xc3\xbc\xc3\x9fe, with blanks at the end  \r\n\r\n"
    b"--inner\r\nContent-Type: text/csv; name=list.csv\r\nContent-Disposition: attachment\r\n\r\na;b\r\n1;2\r\n\r\n"
    b"--inner\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inside\r\n\r\nHello\r\n\r\n--inner--\r\n"
)
HEADER = b"From: Eli Berg <eli@example.org>\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n"


def program(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}")
    return path


@pytest.fixture
def openssl(tmp_path, child_processes):
    """`openssl("cms", ...)` runs where the entity, a key and a certificate lie; returns the exit status."""
    path = program("openssl")

    def run(*words):
        return subprocess.run([path, *words], cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode

    (tmp_path / "entity").write_bytes(ENTITY)
    new = "req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=Eli -addext"
    assert run(*new.split(), "extendedKeyUsage=emailProtection") == 0
    return run


@pytest.fixture
def gpg(tmp_path, child_processes):
    """`gpg(...)` runs with a key ring of its own that holds a key of Eli's; returns the exit status."""
    path, home = program("gpg"), tmp_path / "ring"
    home.mkdir(mode=0o700)

    def run(*words):
        command = [path, "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode

    (tmp_path / "entity").write_bytes(ENTITY)
    assert run("--quick-gen-key", "Eli <eli@example.org>", "ed25519", "sign") == 0
    yield run
    if agent := shutil.which("gpgconf"):
        subprocess.run([agent, "--homedir", home, "--kill", "gpg-agent"], check=False)


@pytest.fixture
def downloaded(support_mail, ben, client_of, tmp_path):
    """Takes a mail in, saves what Ben downloads under its names, and returns the message with the names."""

    def take(mail):
        [came] = receive(support_mail, mail)
        with account_scope(came.message.account_id):
            attachments = list(Attachment.objects.filter(message=came.message).order_by("id"))
        for each in attachments:
            answer = client_of(ben).get(f"/console/attachments/{each.id}")
            (tmp_path / each.name).write_bytes(
                b"".join(answer.streaming_content) if answer.streaming else answer.content
            )
        return came.message, [each.name for each in attachments]

    return take


def detached(signature, kind, *, encoding=b"base64"):
    """The entity and its signature as one mail (RFC 1847)."""
    return b"".join(
        (
            HEADER,
            b'Content-Type: multipart/signed; boundary="out"; micalg="sha-256"; protocol="application/%s"\r\n\r\n'
            % kind,
            b"An introduction nobody signed.\r\n--out\r\n",
            ENTITY,
            b"\r\n--out\r\nContent-Type: application/%s; name=signature\r\n" % kind,
            b"Content-Transfer-Encoding: %s\r\nContent-Disposition: attachment\r\n\r\n" % encoding,
            signature,
            b"\r\n--out--\r\n",
        )
    )


def base64_of(raw):
    import base64

    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def with_line_feeds(mail):
    """As a pipe hands it over."""
    return mail.replace(b"\r\n", b"\n")


@pytest.mark.parametrize("way", [bytes, with_line_feeds])
def test_a_detached_smime_signature_holds_for_what_is_downloaded(openssl, downloaded, tmp_path, way):
    sign = "cms -sign -binary -in entity -signer cert -inkey key -outform DER -out made.p7s"
    assert openssl(*sign.split()) == 0
    message, names = downloaded(way(detached(base64_of((tmp_path / "made.p7s").read_bytes()), b"pkcs7-signature")))
    assert {"signed-part.eml", "signature", "list.csv", "Inside.eml"} <= set(names)
    assert (tmp_path / "signed-part.eml").read_bytes() == ENTITY
    assert (tmp_path / "signature").read_bytes() == (tmp_path / "made.p7s").read_bytes()
    assert "Grüße" in message.body_text

    verify = "cms -verify -binary -inform DER -in signature -content signed-part.eml -CAfile cert -out checked"
    assert openssl(*verify.split()) == 0
    (tmp_path / "signed-part.eml").write_bytes(ENTITY.replace(b"1;2", b"1;3"))
    assert openssl(*verify.split()) != 0


def test_a_pgp_signature_holds_for_what_is_downloaded(gpg, downloaded, tmp_path):
    assert gpg("--armor", "--detach-sign", "--output", "made.asc", "entity") == 0
    armour = (tmp_path / "made.asc").read_bytes().replace(b"\n", b"\r\n")
    _, names = downloaded(detached(armour, b"pgp-signature", encoding=b"7bit"))
    assert "signed-part.eml" in names
    assert gpg("--verify", "signature", "signed-part.eml") == 0
    (tmp_path / "signed-part.eml").write_bytes(ENTITY.replace(b"\r\n", b"\n"))
    assert gpg("--verify", "signature", "signed-part.eml") != 0


@pytest.mark.parametrize("form", ["-nodetach", "-nodetach -stream"])
@pytest.mark.parametrize("kind", ["; smime-type=signed-data", ""])
def test_what_lies_within_a_signature_is_shown_and_nobody_says_it_was_checked(
    openssl, downloaded, tmp_path, ben, client_of, form, kind
):
    sign = f"cms -sign -binary {form} -in entity -signer cert -inkey key -outform DER -out made.p7m"
    assert openssl(*sign.split()) == 0
    content = base64_of((tmp_path / "made.p7m").read_bytes())
    head = f"Content-Type: application/pkcs7-mime{kind}; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    message, names = downloaded(HEADER + head.encode() + content)
    assert "Grüße, with blanks" in message.body_text
    assert {"smime.p7m", "list.csv", "Inside.eml"} <= set(names)
    assert message.findings["problems"] == [["signature_unchecked", ""]]
    with account_scope(message.account_id):
        page = client_of(ben).get(f"/console/tickets/{message.ticket.code}").content.decode()
    assert "nobody has checked" in page
    assert openssl(*"cms -verify -inform DER -in smime.p7m -CAfile cert -out checked".split()) == 0
    assert (tmp_path / "checked").read_bytes() == ENTITY


def test_nothing_is_shown_of_what_only_looks_wrapped(downloaded):
    head = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\r\n"
    message, names = downloaded(HEADER + head + b"\x30\x80\x06\x09nothing")
    assert (message.body_text, "smime.p7m" in names) == ("", True)
    assert message.findings["problems"] == [["signed_opaque", "signed-data"]]


def test_attached_mails_and_texts_keep_every_byte(downloaded, tmp_path):
    parts = {"inside.eml": b"message/rfc822", "plan.txt": b"text/plain", "list.csv": b"text/csv"}
    content = b"Subject: A\r\nX-Folded: b\r\n\tc\r\n\r\nOne  \r\n\r\nTwo\r\n"
    mail = HEADER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n"
    for name, kind in parts.items():
        disposition = b"Content-Disposition: attachment; filename=" + name.encode()
        mail += b"--b\r\nContent-Type: " + kind + b"\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n"
    downloaded(mail + b"--b--\r\n")
    assert {(tmp_path / name).read_bytes() for name in parts} == {content}


def test_only_the_outermost_signed_part_is_offered(downloaded, tmp_path):
    wrapped = detached(b"AAAA", b"pkcs7-signature").replace(b'"out"', b'"in"').replace(b"--out", b"--in")
    outer = partial(bytes.replace, detached(b"AAAA", b"pkcs7-signature"), ENTITY)
    _, names = downloaded(outer(wrapped.removeprefix(HEADER)))
    assert names.count("signed-part.eml") == 1
    assert (tmp_path / "signed-part.eml").read_bytes() == wrapped.removeprefix(HEADER)


def test_there_is_nothing_to_offer_in_a_mail_without_signature(downloaded):
    _, names = downloaded(HEADER + ENTITY)
    assert not [name for name in names if re.search("signed", name)]
