"""Whatever comes in is a ticket, and what could not be read as sent is attached as it came."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote

import pytest

from steward.channels.email import receiving, spool
from steward.channels.email.models import Arrival, RawMail
from steward.channels.email.parsing import parse_mail
from steward.files.actions import read_file
from steward.lib import clock
from steward.tenancy.scope import account_scope
from steward.testing.letters import receive, written
from steward.tickets.models import Attachment, Ticket

HEAD = b"From: Eli <eli@example.org>\r\nSubject: Hello\r\nMessage-ID: <x@example.org>\r\n"
ODD = {
    "nothing": b"",
    "one line end": b"\r\n",
    "one NUL": b"\0",
    "NULs": HEAD.replace(b"Hello", b"He\0llo") + b"\r\na\0b\0c\r\n",
    "NUL in the id and the address": b"From: <e\0li@example.org>\r\nMessage-ID: <x\0y@z>\r\nSubject: \0\r\n\r\n\0\r\n",
    "header alone": HEAD,
    "no header": b"\r\nJust words, and nothing else.\r\n",
    "a number between blank lines": b"\n9\n",
    "a recipient and nothing else": b"To: d\n\n3\n",
    "a date and nothing else": b"Date: Fri, 22 Feb 2008 01:00:00 +0200\n\n33\n",
    "no from": b"Subject: Hello\r\n\r\nWho am I?\r\n",
    "empty from": b"From: \r\nSubject: Hello\r\n\r\nWho am I?\r\n",
    "from without an address": b"From: Eli\r\nSubject: Hello\r\n\r\nHi\r\n",
    "group without members": b"From: undisclosed-recipients:;\r\nSubject: Hello\r\n\r\nHi\r\n",
    "eight bits in the header": b"From: J\xf8rn <j\xf8rn@example.org>\r\nSubject: \xff\xfe\x00\xd8\r\n\r\n\xe6\xf8\r\n",
    "half of a surrogate pair": HEAD + b"Content-Type: text/plain; charset=utf-16\r\n\r\n\x00\xd8\x41\x00\r\n",
    "a huge header": HEAD + b"X-Long: " + b"a" * 2_000_000 + b"\r\n\r\nHi\r\n",
    "many headers": HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\nHi\r\n",
    "a huge subject": b"From: e@example.org\r\nSubject: " + b"word " * 100_000 + b"\r\n\r\nHi\r\n",
    "a subject of one long word": b"From: e@example.org\r\nSubject: " + b"w" * 100_000 + b"\r\n\r\nHi\r\n",
    "a huge name": b'From: "' + b"n" * 100_000 + b'" <e@example.org>\r\nSubject: Hi\r\n\r\nHi\r\n',
    "a huge address": b"From: " + b"e" * 100_000 + b"@example.org\r\nSubject: Hi\r\n\r\nHi\r\n",
    "a huge id": b"From: e@example.org\r\nMessage-ID: <" + b"i" * 100_000 + b"@x>\r\nSubject: Hi\r\n\r\nHi\r\n",
    "a hundred thousand lines": HEAD + b"\r\n" + b"line\r\n" * 100_000,
    "noise": bytes(range(256)) * 50,
    "half a multipart": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/',
    "a boundary that never comes": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nwords\r\n',
    "multiparts in multiparts": HEAD
    + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(500))
    + b"\r\nHi\r\n",
    "base64 that is none": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!! this is no base64 ====\r\n",
    "an unknown charset": HEAD + b"Content-Type: text/plain; charset=klingon\r\n\r\n\xe6\xf8\xe5\r\n",
    "a broken winmail.dat": HEAD
    + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n\x78\x9f\x3e\x22\x00\r\n",
    "a date that is none": HEAD + b"Date: the day after tomorrow, 99:99\r\n\r\nHi\r\n",
    "code as subject": b"From: e@example.org\r\nSubject: ' OR 1=1; -- %s %(x)s {} \\\r\n\r\n\\x00 \\u0000 %s\r\n",
    "html without end": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD.keys())
def test_it_is_a_ticket_that_can_be_shown(raw, support_mail, client_of, ben):
    [came] = receive(support_mail, raw)
    assert came.message is not None, came.raw.state
    browser = client_of(ben)
    page = browser.get(f"/console/tickets/{came.message.ticket.code}")
    assert page.status_code == 200
    assert page.content.strip().endswith(b"</html>")
    body = browser.get(f"/console/messages/{came.message.id}/body")
    assert body.status_code == 200
    assert browser.get("/console/").status_code == 200
    assert came.message.ticket.code.encode() in browser.get(f"/console/search?q={came.message.ticket.code}").content
    assert browser.get(f"/console/messages/{came.message.id}/raw").content == raw
    with account_scope(support_mail.account_id):
        originals = Attachment.objects.filter(message=came.message, name="original.eml").select_related("file")
        assert bool(originals) == bool(came.message.findings["problems"]), (
            "what was not read as sent is there as it came"
        )
        for original in originals:
            assert b"".join(read_file(original.file)) == raw


def test_all_of_them_in_one_batch(support_mail):
    came = receive(support_mail, *(raw for raw in ODD.values() if len(raw) < 50_000))
    assert all(each.message is not None or each.raw.state == "known" for each in came)
    with account_scope(support_mail.account_id):
        assert Ticket.objects.count() >= 10


def raises(_content, _parsed):
    raise RecursionError("a fault of ours in reading")


def reads_what_no_table_takes(_content, parsed):
    return replace(parsed, subject="a fault of ours in storing: \0")


@pytest.mark.parametrize("fault", [raises, reads_what_no_table_takes])
def test_a_mail_that_we_fail_on_is_stored_simply(fault, support_mail, monkeypatch):
    """It is tried again for a while, holds up no other mail, and comes in at last with its original."""

    def parse(content):
        parsed = parse_mail(content)
        return fault(content, parsed) if b"poison" in content else parsed

    mails = [written(support_mail.address, text=text) for text in ("good", "poison", "good")]
    to = (support_mail.address,)
    spool.store(
        [spool.Spooled("pipe", str(n), support_mail.account_id, "", to, {}, raw) for n, raw in enumerate(mails)]
    )
    waiting = Arrival.objects.filter(account_id=support_mail.account_id)
    start = clock.now()
    for hour in range(12):
        monkeypatch.setattr(receiving, "now", lambda hour=hour: start + timedelta(hours=hour))
        receiving.receive_waiting(support_mail.account_id, parse)
        assert waiting.count() <= 1
    assert not waiting.exists()
    with account_scope(support_mail.account_id):
        rows = RawMail.objects.select_related("message").order_by("source_key")
        assert [row.state for row in rows] == ["taken"] * 3
        assert rows[1].message.findings["problems"]
        assert Attachment.objects.filter(message=rows[1].message, name="original.eml").exists()


NAMES = {
    "zero width space": "\u200b.htaccess",
    "right-to-left mark": "gpj.\u200fexe",
    "override": "photo\u202egpj.exe",
    "trailing dot": "run.exe.",
    "trailing space and dots": "run.exe . .",
    "slashes": "../../etc/passwd",
    "backslashes": "C:\\temp\\file.txt",
    "only dots": "..",
    "quotes": 'a";filename="b.txt',
}
DECEIVING = set("/\\\0\r\n\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def with_attachment(name, *, content_type="text/html", content="<script>alert(1)</script>"):
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "eli@example.org", "A file"
    mail.set_content("See the file.")
    main, _, sub = content_type.partition("/")
    mail.add_attachment(content.encode(), maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def attachment_of(support_mail, raw):
    [came] = receive(support_mail, raw)
    with account_scope(support_mail.account_id):
        return Attachment.objects.select_related("file").exclude(name="original.eml").get(message=came.message)


@pytest.mark.parametrize("given", NAMES.values(), ids=NAMES.keys())
def test_names_of_attachments_deceive_nobody(given, support_mail, client_of, ben):
    kept = attachment_of(support_mail, with_attachment(given))
    assert given not in kept.file.storage_key
    response = client_of(ben).get(f"/console/attachments/{kept.id}")
    saved_as = unquote(response["Content-Disposition"].removeprefix("attachment; filename*=UTF-8''"))
    assert not set(saved_as) & DECEIVING
    assert saved_as
    assert not saved_as.endswith((".", " "))
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"


@pytest.mark.parametrize("given", ["n" * 300 + ".pdf", "名" * 300 + ".pdf"], ids=["ascii", "three bytes each"])
def test_a_long_name_keeps_its_ending(given, support_mail, client_of, ben):
    kept = attachment_of(support_mail, with_attachment(given))
    assert len(kept.name) <= 255
    assert kept.name.endswith(".pdf")
    assert len(client_of(ben).get(f"/console/attachments/{kept.id}")["Content-Disposition"]) < 4_000


def test_a_nul_in_a_name(support_mail):
    raw = with_attachment("abc.txt").replace(b"abc.txt", b"a\0c.txt")
    kept = attachment_of(support_mail, raw)
    assert "\0" not in kept.name
