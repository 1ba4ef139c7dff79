"""What comes back to watched mail of the installation, by the listener and by the pipe."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from steward.channels.email.parsing import parse_mail
from steward.channels.email.pipe import mail_in
from steward.channels.email.returned import is_failure
from steward.lib.clock import now
from steward.outbox.models import InstallationMail, State
from steward.outbox.returning import return_address

REPORT = """\
From: MAILER-DAEMON@mx.fjord.example
To: {to}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I am the mail system.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.fjord.example

Final-Recipient: rfc822; gil@fjord.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {status} whatever

--b--
"""
HOLIDAY = """\
From: Gil <gil@fjord.example>
To: {to}
Subject: Out of office
Auto-Submitted: auto-replied

I am away until Monday.
"""
QMAIL = """\
From: MAILER-DAEMON@mx.fjord.example
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at mx.fjord.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gil@fjord.example>:
550 5.1.1 no such user
"""
FAILED = REPORT.replace("{action}", "failed").replace("{status}", "5.1.1").replace("{subject}", "Undelivered Mail")
DELAYED = REPORT.replace("{action}", "delayed").replace("{status}", "4.4.1").replace("{subject}", "Delayed Mail")
KINDS = {"failed": (FAILED, True), "delayed": (DELAYED, False), "holiday": (HOLIDAY, False), "qmail": (QMAIL, True)}


def raw(text: str, to: str = "bounce@localhost") -> bytes:
    return text.format(to=to).replace("\n", "\r\n").encode()


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_for_good_is_a_failure(kind: str) -> None:
    text, is_failed = KINDS[kind]
    assert is_failure(parse_mail(raw(text))) is is_failed


def sent_mail() -> InstallationMail:
    return InstallationMail.objects.create(purpose="x", state=State.SENT, is_watched=True, created_at=now())


@pytest.mark.system
@pytest.mark.django_db(transaction=True)
def test_the_listener_notes_it_and_keeps_nothing(northwind: Any, listener: Any, smtp_client: Any) -> None:
    failed, away = sent_mail(), sent_mail()
    ours, theirs = return_address(failed.id), return_address(away.id)
    forged = return_address(uuid4())
    forged = forged.replace(forged[40], "a" if forged[40] != "a" else "b")
    said = smtp_client(
        listener().port,
        f"""
        s = connect()
        s.sendmail("", [{ours!r}], {raw(FAILED, ours)!r})
        s.sendmail("gil@fjord.example", [{theirs!r}], {raw(HOLIDAY, theirs)!r})
        s.mail(""); say(s.rcpt({forged!r})[0]); s.rset()
        s.sendmail("", ["support@northwind.localhost", {theirs!r}], {raw(HOLIDAY, theirs)!r})
        say(s.quit()[0])
        """,
    )
    assert said == [550, 221]
    failed.refresh_from_db()
    away.refresh_from_db()
    assert (failed.state, failed.reason) == (State.FAILED, "bounced")
    assert away.state == State.SENT


@pytest.mark.django_db
def test_the_pipe_does_the_same(child_processes: None) -> None:
    mail = sent_mail()
    address = return_address(mail.id)
    assert mail_in(address, "<>", BytesIO(raw(FAILED, address))) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.FAILED, "bounced")
