"""No bytes may stop the parser: they come from strangers."""

import json
import pickle
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.channels.email.parsing import AUTOMATIC_REASONS, PROBLEM_CODES, ParsedMail, parse_mail
from steward.channels.email.parsing.explain import explain

SEEDS = (
    b"From: Ann <a@x.org>\r\nTo: b@x.org\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nDate: Mon, 1 Jan 2024 10:00:00 +0100\r\n"
    b'Message-ID: <a@b>\r\nReferences: <c@d>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=utf-8; "
    b"format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 \r\n--c\r\n"
    b"Content-Type: text/html\r\n\r\n<p>"
    b"x<img src=\"cid:p@x\">\r\n--c--\r\n--b\r\nContent-Type: image/png; name*0*=utf-8''a%20; name*1=b.png\r\n"
    b"Content-ID: <p@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b\r\nContent-Type: message/rfc822"
    b"\r\n\r\nSubject: inner\r\n\r\nhi\r\n--b--\r\n",
    b"From: MAILER-DAEMON\nSubject: Undeliverable\nReturn-Path: <>\nContent-Type: multipart/report; boundary=b\n\n"
    b"--b\n\nno\n--b\nContent-Type: message/delivery-status\n\nA: b\n\nFinal-Recipient: rfc822; a@b\n"
    b"Action: failed\n--b--\n",
    b"From: a@b.c\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3\x1b(B\nbegin 644 x\n#0V%T\n`\nend\n",
    b"From: a@b.c\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20240101T000000Z\nEND:VEVENT\n",
    b"From: a@b.c\nContent-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00\x04\x00\x00\x00"
    b"\x01\x00\x00\x00\x00\x00",
)


def check(raw: bytes) -> ParsedMail:
    mail = parse_mail(raw)
    codes = {problem.code for problem in mail.problems}
    assert codes <= PROBLEM_CODES - {"parser_failed"}
    assert mail.automatic.reason in AUTOMATIC_REASONS | {""}
    shown = json.dumps(explain("x", raw, parse=lambda _: mail), ensure_ascii=False)
    shown.encode()  # a lone surrogate would raise
    assert "\\u0000" not in shown
    assert pickle.loads(pickle.dumps(mail)) == mail  # noqa: S301
    return mail


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2_000))
def test_any_bytes(raw):
    check(raw)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), min_size=1, max_size=8),
)
def test_mails_with_pieces_replaced(raw, changes):
    for place, removed, inserted in changes:
        at = int(place * len(raw))
        raw = raw[:at] + inserted + raw[at + removed :]
    check(raw)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(
        ["Subject", "From", "To", "Content-Type", "Content-Disposition", "Date", "Message-ID", "References"]
    ),
    st.text(alphabet="=?utf-8qQbB_<>@\",;:()\\ \t\n%*'0123456789aé日\ud800\x00", max_size=120),
)
def test_any_field(name, value):
    check(f"{name}: {value}\n\nbody".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_mail_cut_anywhere(seed):
    for end in range(0, len(seed), 7):
        check(seed[:end])


def test_absurd_nesting_is_limited():
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))
    mail = check(b"From: a@b.c\n" + nested + b"\nhi")
    assert "too_deep" in {problem.code for problem in mail.problems}
    assert len(mail.attachments) == 1  # what lies deeper is kept as it is


def test_thousands_of_parts_are_limited():
    mail = check(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b\n\nx\n" * 5_000)
    assert "too_many_parts" in {problem.code for problem in mail.problems}
    assert len(mail.attachments) == 1_000


def test_huge_headers_are_limited():
    mail = check(b"From: a@b.c\nSubject: x\n" + b"X-Junk: y\n" * 100_000 + b"\nbody")
    assert ({problem.code for problem in mail.problems}, mail.subject, mail.body.text) == (
        {"huge_headers"},
        "x",
        "body",
    )
    assert check(b"Subject: " + b"x" * 2_000_000 + b"\n\nbody").body.text == "body"


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * 20_000,
        b"Content-Type: multipart/mixed; boundary=zz\n\n" + b"--x\n" * 20_000,
        b"From: a@b.c\n" + b"no field\n" * 10_000 + b"Subject: z\n\nhi",
        b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\n\n",
        b"Content-Type: text/plain" + b'; a="' * 6_000 + b"\n\n",
        b"Content-Type: text/plain" + b"; a*=" * 6_000 + b"\n\n",
        b"References: " + b"<" * 100_000 + b"\n\n",
        b"\nbegin 644 x\n" * 8_000,
        b"Content-Type: text/calendar\n\nBEGIN:VEVENT\nA" + b';b="' * 50_000,
        b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + b"QQ==\n" * 200_000,
        b"Content-Type: text/plain; charset=utf-7\n\n" + b"+2D0-" * 100_000,
        b"From: mailer-daemon@x.y\nSubject: Undeliverable\n\n" + b"550 5.1.1 " * 50_000,
        b"Content-Type: text/html\n\n" + b"cid:" * 50_000 + b"<meta charset=" * 1_000,
    ],
)
def test_time_stays_short(raw):
    started = time.process_time()
    check(raw)
    assert time.process_time() - started < 5
