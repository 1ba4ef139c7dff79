"""Mail that came in, by the way it really takes: spool, parsing, ticket."""

from uuid import uuid4

from steward.channels.email.models import MailAccount, RawMail
from steward.channels.email.parsing import parse_mail
from steward.channels.email.receiving import receive_waiting
from steward.channels.email.spool import Spooled, store
from steward.tenancy.scope import account_scope
from steward.tickets.models import Message

MAIL = b"""\
From: Eli Berg <eli@example.org>\r
To: %(to)s\r
Subject: Where is my order?\r
Message-ID: <%(id)s@example.org>\r
Date: Mon, 05 Jan 2026 10:00:00 +0000\r
Content-Type: text/plain; charset=utf-8\r
\r
It should have come on Friday.\r
"""


def receive_mail(to: MailAccount, raw: bytes = b"", *, sender: str = "eli@example.org") -> Message | None:
    """Take in one mail, an ordinary one unless given; the message it became, or None when it became none."""
    key = uuid4().hex
    raw = raw or MAIL % {b"to": to.address.encode(), b"id": key.encode()}
    store([Spooled(RawMail.Source.PIPE, key, to.account_id, sender, (to.address,), {}, raw)])
    receive_waiting(to.account_id, parse_mail)
    with account_scope(to.account_id):
        taken = RawMail.objects.select_related("message__ticket").get(source_key=key)
        message: Message | None = taken.message
        return message
