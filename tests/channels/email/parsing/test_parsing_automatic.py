import pytest

from steward.channels.email.parsing import parse_mail


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: auto-generated; owner-email=x", "auto_submitted"),
        ("auto-submitted: AUTO-NOTIFIED", "auto_submitted"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: Junk", "precedence"),
        ("Precedence: list", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("List-Id: <l.x.org>", "list"),
        ("List-Unsubscribe: <mailto:u@x.org>", "list"),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "response_suppressed"),
        ("X-Auto-Response-Suppress: All", "response_suppressed"),
        ("X-Autoreply: yes", "auto_reply_header"),
        ("X-Autorespond: x", "auto_reply_header"),
        ("Return-Path: <>", "null_sender"),
        ("Return-Path: <MAILER-DAEMON>", "null_sender"),
        ("X-Steward-Loop: abc", "own_mark"),
        ("Content-Type: multipart/report; boundary=b", "report"),
    ],
)
def test_signs_of_a_program(fields, reason):
    automatic = parse_mail(f"From: eli@example.com\n{fields}\n\nhi".encode()).automatic
    assert (automatic.is_automatic, automatic.reason) == (True, reason)


@pytest.mark.parametrize(
    "sender",
    "MAILER-DAEMON postmaster@x.org noreply@x.org No-Reply@x.org do_not_reply@x.org shop-noreply@x.org "
    "noreply+7@x.org list-request@x.org bounces@x.org bounce-1@x.org owner-list@x.org".split(),
)
def test_robots(sender):
    assert parse_mail(f"From: {sender}\n\nhi".encode()).automatic.reason == "robot_sender"


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "Return-Path: <eli@example.com>",
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: DR, RN",
        "X-Priority: 1",
        "X-Mailer: Outlook",
    ],
)
def test_people(fields):
    assert not parse_mail(f"From: eli@example.com\n{fields}\n\nhi".encode()).automatic.is_automatic


@pytest.mark.parametrize("sender", ["noreen@x.org", "norman.replyer@x.org", "postmasters-club@x.org", "bouncer@x.org"])
def test_people_with_unlucky_names(sender):
    assert not parse_mail(f"From: {sender}\n\nhi".encode()).automatic.is_automatic
