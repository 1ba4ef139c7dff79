"""Mail that leaves: over the relay, over an account's own server, and what is seen when it cannot."""

from collections.abc import Callable
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from steward.testing.installation import Installation
from steward.testing.mail_servers import Authority, free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


def write_to(steward: Installation, subject: str, *, to: str = "support@acme.example.test", sender: str) -> str:
    """A customer writes by the pipe; returns the code of the ticket."""
    mail = (
        f"From: Eli Berg <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject.replace(' ', '-')}@customers.example>\r\n"
        "Date: Mon, 05 Jan 2026 10:00:00 +0000\r\n\r\nIt should have come on Friday.\r\n"
    )
    steward.run("mail-in", "--to", to, "--from", sender, stdin=mail)
    return str(steward.message("acme", subject, kind="incoming")["code"])


def test_without_a_relay_mail_is_held_and_leaves_by_itself_once_there_is_one(
    installation: Installation, ben: Any, postfix: Any
) -> None:
    steward = installation.up()
    code = write_to(steward, "Held back", sender="eli@example.org")
    browser = ben()
    browser.reply(code, "<p>On its way.</p>")
    held = steward.message("acme", "Held back", kind="outgoing", state="held")
    assert held["reason"] == "no_relay"
    assert "no server for outgoing mail is set" in browser.page(code)

    relay = postfix()
    place = f"127.0.0.1:{relay.port}"
    steward.up(STEWARD_SMTP_RELAY=f"smtp://{place}", STEWARD_EGRESS_ALLOW=place)
    steward.message("acme", "Held back", kind="outgoing", state="sent", seconds=30)
    arrived = relay.maildir("eli").mail("Held back")
    assert arrived["Message-ID"] == f"<{held['mail_id']}>"
