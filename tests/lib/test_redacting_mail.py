"""Words go from mails as they came, however a mail encodes them, and the rest can be read as before."""

from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from steward.lib.redacting import pattern_of
from steward.lib.redacting_files import NotRewritten
from steward.lib.redacting_mail import is_signed, redacted_mail

CARD = "4111 1111 1111 1111"
PATTERN = pattern_of([CARD, "Quokka Straße"])
HEAD = b"From: Eli <eli@example.org>\r\nTo: help@northwind.example\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"


def mail(*fields, body=b""):
    return HEAD + b"".join(field.encode() + b"\r\n" for field in fields) + b"\r\n" + body


def read(raw):
    """Everything that is in a mail, as somebody reads it, and its bytes."""
    found = message_from_bytes(raw, policy=default)
    said = [str(value) for part in found.walk() for _name, value in part.items()]
    for part in found.walk():
        if not part.is_multipart():
            said.append(part.get_payload(decode=True).decode("utf-8", "replace"))
            said.append(part.get_filename("") or "")
    return "\n".join([*said, raw.decode("utf-8", "replace")])


def assert_gone(raw):
    new = redacted_mail(raw, PATTERN)
    assert new is not None
    said = read(new)
    assert "1111" not in said
    assert "Quokka" not in said
    assert redacted_mail(new, PATTERN) is None
    return said


@pytest.mark.parametrize(
    "raw",
    [
        mail("Content-Type: text/plain; charset=utf-8", body=f"It is {CARD}, wombat.".encode()),
        mail(
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            body=b"wombat 4111 11=\r\n11 1111 =31111, Quokka Stra=C3=\r\n=9Fe",
        ),
        mail(
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: base64",
            body=b64encode("<p>wombat 4111 <b>1111</b>&nbsp;1111&#32;1111 Quokka&shy; Straße</p>".encode()),
        ),
        mail("Content-Type: text/plain; charset=iso-8859-1", body="wombat Quokka Straße".encode("latin-1")),
        mail("Content-Type: text/plain; format=flowed", body=b"wombat > 4111 1111 \r\n> 1111 1111\r\n"),
        mail("X-Card: 4111-1111-1111-1111", body=b"wombat"),
        mail("X-Note: =?utf-8?q?Quokka_Stra=C3=9Fe?=", body=b"wombat"),
        mail('Content-Type: text/plain; name="card 4111111111111111.txt"', body=b"wombat"),
        mail("Content-Disposition: attachment; filename*=utf-8''Quokka%20Stra%C3%9Fe.txt", body=b"wombat"),
        mail(body=f"wombat {CARD}".encode()),
    ],
)
def test_however_it_is_encoded(raw):
    assert "wombat" in assert_gone(raw)


def test_parts_mails_within_and_files():
    within = mail("Content-Type: text/plain", body=f"quoted {CARD}".encode())
    outer = EmailMessage(policy=SMTP)
    outer["From"], outer["Subject"] = "Eli <eli@example.org>", f"My card {CARD}"
    outer.set_content(f"It is {CARD}, wombat.")
    outer.add_alternative(f"<p>It is <b>{CARD}</b>, wombat.</p>", subtype="html")
    outer.add_attachment(f"Name;{CARD}".encode(), maintype="text", subtype="csv", filename="a.csv")
    outer.add_attachment(b"%PDF-1.4 \x00\xff", maintype="application", subtype="pdf", filename="a.pdf")
    outer.add_attachment(within, maintype="application", subtype="octet-stream", filename="mail.eml")
    said = assert_gone(outer.as_bytes())
    assert said.count("wombat") >= 2
    assert "%PDF-1.4" in said


def test_what_holds_none_of_it_is_left_alone():
    assert redacted_mail(mail("Content-Type: text/plain", body=b"nothing"), PATTERN) is None


@pytest.mark.parametrize(
    "fields",
    [
        ["Content-Type: application/pkcs7-mime; smime-type=signed-data", "Content-Transfer-Encoding: base64"],
        ["Content-Type: application/ms-tnef; name=winmail.dat"],
    ],
)
def test_what_nobody_can_read_is_not_rewritten(fields):
    with pytest.raises(NotRewritten):
        redacted_mail(mail(*fields, body=b"MIAGCSqGSIb3DQEHAqCA"), PATTERN)


def test_a_file_in_the_text_is_not_rewritten():
    with pytest.raises(NotRewritten):
        redacted_mail(mail(body=b"see\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"), PATTERN)


def test_signatures_are_told():
    assert is_signed(b"DKIM-Signature: v=1\r\n" + HEAD)
    assert is_signed(mail("Content-Type: multipart/signed; boundary=x"))
    assert not is_signed(mail("Content-Type: text/plain", body=b"multipart/signed"))


def test_signed_mail_is_rewritten_all_the_same():
    body = (
        b"--x\r\nContent-Type: text/plain\r\n\r\nIt is 4111 1111 1111 1111\r\n"
        b"--x\r\nContent-Type: application/pgp-signature\r\n\r\nabc\r\n--x--\r\n"
    )
    assert_gone(mail('Content-Type: multipart/signed; boundary="x"', body=body))
