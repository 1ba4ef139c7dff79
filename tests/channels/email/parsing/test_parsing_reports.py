import pytest

from steward.channels.email.parsing import DeliveryReport, parse_mail


def report(status: str, original: str = "Message-ID: <ours@x.org>\nSubject: Hi\n\nhi", kind: str = "message/rfc822"):
    raw = (
        "From: MAILER-DAEMON@mx.example.com\nSubject: Undelivered\nReturn-Path: <>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--b\nContent-Type: {kind}\n\n{original}\n--b--\n"
    )
    return parse_mail(raw.encode())


STATUS = """Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; eli@example.com
Original-Recipient: rfc822;Eli@Example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <eli@example.com>:
    User unknown
"""


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_by_the_book(kind):
    mail = report(STATUS.format(action="failed", status="5.1.1"), kind=kind)
    assert mail.report == DeliveryReport(
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 <eli@example.com>: User unknown",
        recipient="eli@example.com",
        original_message_id="ours@x.org",
        original_recipient="Eli@Example.com",
    )
    assert mail.candidate_ids == ("ours@x.org",)
    assert mail.body.text == "Sorry."
    assert len(mail.attachments) == 2


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("Delayed", "4.4.1", "delayed"),
        ("delivered", "2.0.0", "delivered"),
        ("", "4.2.2", "delayed"),
        ("", "", "failed"),
    ],
)
def test_actions(action, status, expected):
    found = report(STATUS.format(action=action, status=status)).report
    assert found is not None
    assert found.action == expected


def test_of_several_recipients_the_worst_is_told():
    status = (
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.org\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; b@x.org\nAction: failed\nStatus: 5.0.0\n"
    )
    found = report(status).report
    assert found is not None
    assert (found.recipient, found.action) == ("b@x.org", "failed")


def test_an_empty_report():
    found = report("", original="").report
    assert found == DeliveryReport("failed", "", "", "")


@pytest.mark.parametrize(
    ("sender", "subject", "text", "expected"),
    [
        (
            "MAILER-DAEMON@mx.x.org",
            "failure notice",
            "Hi. This is the qmail-send program at mx.x.org.\n\n<eli@example.com>:\n"
            "192.0.2.1 said: 550 no such user\n\n"
            "--- Below this line is a copy of the message.\n\nMessage-ID: <ours@x.org>\nSubject: Hi\n",
            ("failed", "", "eli@example.com", "ours@x.org"),
        ),
        (
            "Mailer-Daemon@x.org",
            "Warning: message 1abc delayed 24 hours",
            "A message has not been delivered.\n\n  eli@example.com\n    Delay reason: 4.4.1 timed out\n",
            ("delayed", "4.4.1", "eli@example.com", ""),
        ),
        (
            "postmaster@x.org",
            "Undeliverable: Hi",
            "Delivery to the following recipients failed.\n\n  eli@example.com\n\n#5.1.1\n",
            ("failed", "5.1.1", "eli@example.com", ""),
        ),
        (
            "MAILER-DAEMON@x.org",
            "Mail delivery failed: delayed",
            "Could not yet reach <eli@example.com>: 451 4.4.1 try later\n",
            ("delayed", "4.4.1", "eli@example.com", ""),
        ),
    ],
)
def test_bounces_of_older_programs(sender, subject, text, expected):
    found = parse_mail(f"From: {sender}\nSubject: {subject}\n\n{text}".encode()).report
    assert found is not None
    assert (found.action, found.status, found.recipient, found.original_message_id) == expected


def test_the_recipient_that_exim_names():
    found = parse_mail(b"From: Mailer-Daemon@x.org\nX-Failed-Recipients: eli@example.com\n\nNo luck.\n").report
    assert found is not None
    assert found.recipient == "eli@example.com"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: eli@example.com\nSubject: Undeliverable\n\nYour parcel is undeliverable, says the shop.",
        b"From: postmaster@x.org\nSubject: Welcome\n\nYour mailbox is ready.",
        b"From: eli@example.com\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
        b"--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nDisposition: displayed\n--b--\n",
    ],
)
def test_what_is_no_report(raw):
    assert parse_mail(raw).report is None
