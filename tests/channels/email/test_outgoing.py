"""Mails of ours as they leave: one set of headers, the recipients we mean, and no HTML that does anything."""

import re
from email import message_from_bytes
from email.policy import default
from email.utils import getaddresses

import pytest

from steward.channels.email.sending import send_message
from steward.contacts.models import Contact, ContactAddress
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_message, make_reply, make_ticket
from steward.tickets.actions import attach_to_draft, save_draft
from steward.tickets.models import Message, Ticket

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References", "MIME-Version")
HOSTILE = [
    "x\r\nBcc: evil@evil.example",
    "x\nBcc: evil@evil.example\n\nbody",
    "x\rBcc: evil@evil.example",
    "x\u2028Bcc: evil@evil.example",
    "x\x0bBcc: evil@evil.example",
    "x\0y",
    'x" <evil@evil.example>, "y',
    "x <evil@evil.example>",
    "evil@evil.example, x",
    "evil@evil.example;",
    "x:evil@evil.example;",
    "=?utf-8?q?x=0D=0ABcc:_evil@evil.example?=",
    "=?utf-8?b?eCIgPGV2aWxAZXZpbC5leGFtcGxlPiwgIg==?=",
    "名" * 300,
    "n" * 2_000,
    "\u202egnp.exe",
    "(comment <evil@evil.example>)",
    "\\",
    '"',
]


def parsed_and_sound(mail):
    """The mail as another program reads it; every header we set is there at most once, no line is too long."""
    for line in mail.raw.split(b"\r\n"):
        assert len(line) <= 998, f"RFC 5322 section 2.1.1: {len(line)} characters: {line[:80]}"
        assert b"\r" not in line
        assert b"\n" not in line
    read = message_from_bytes(mail.raw, policy=default)
    for name in ONCE:
        assert len(read.get_all(name, [])) <= 1, name
    assert read["Bcc"] is None
    return read


def addresses(read, name):
    return [address for _name, address in getaddresses([str(value) for value in read.get_all(name, [])])]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_customers_name_adds_no_header_and_no_recipient(name, eli, ben):
    ticket = make_ticket(eli)
    with account_scope(eli.account_id):
        Contact.objects.filter(pk=eli.pk).update(name=name.replace("\0", ""))
    mail = mail_of(make_reply(ticket, ben))
    read = parsed_and_sound(mail)
    assert [address.addr_spec for address in read["To"].addresses] == ["eli@example.org"]
    assert addresses(read, "To") == ["eli@example.org"]
    assert mail.row.envelope_to == ["eli@example.org"]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_agents_name_adds_none(name, eli, ben):
    with account_scope(ben.account_id):
        type(ben).objects.filter(pk=ben.pk).update(name=name.replace("\0", ""))
        ben.refresh_from_db()
    read = parsed_and_sound(mail_of(make_reply(make_ticket(eli), ben)))
    assert [address.addr_spec for address in read["From"].addresses] == ["support@northwind.localhost"]


@pytest.mark.parametrize("subject", HOSTILE)
def test_a_subject_adds_none(subject, eli, ben):
    ticket = make_ticket(eli, subject=subject.replace("\0", ""))
    make_message(ticket, internet_id="known@example.org")
    read = parsed_and_sound(mail_of(make_reply(ticket, ben)))
    assert addresses(read, "To") == ["eli@example.org"]
    shown = str(read["Subject"])
    assert shown.startswith("Re: ")
    assert not set(shown) & set("\r\n\x0b\u2028")
    assert shown.replace(" ", "") == "Re:" + re.sub(r"[\x00-\x20\x7f\u2028\u2029]", "", subject)


@pytest.mark.parametrize("value", HOSTILE)
def test_what_comes_in_hostile_goes_out_harmless(value, support_mail, ben):
    """The whole way: From, Subject and Message-ID of a real mail, answered."""
    one_line = re.sub(r"[\r\n\0]", " ", value)
    raw = written(support_mail.address, sender=f'"{one_line}" <eli@example.org>', subject=one_line)
    raw = raw.replace(b"Message-ID: <", b"Message-ID: <" + "".join(one_line.split()).encode()[:40])
    [came] = receive(support_mail, raw)
    with account_scope(support_mail.account_id):
        ticket = Ticket.objects.select_related("requester").get(pk=came.message.ticket_id)
        address = ticket.requester.addresses.get().value
    mail = mail_of(make_reply(ticket, ben))
    read = parsed_and_sound(mail)
    assert mail.row.envelope_to == [address]
    assert len(addresses(read, "To")) == 1


@pytest.mark.parametrize(
    "sender",
    [
        '"a@evil.example, b"@example.org',
        '"x>, <evil"@example.org',
        "<evil@evil.example>@example.org",
        '"x\\" y"@example.org',
        "a b@example.org",
        "eli@example.org\u2028evil@evil.example",
    ],
)
def test_a_hostile_address_is_at_most_one_recipient(sender, support_mail, ben):
    [came] = receive(support_mail, written(support_mail.address, sender=f"<{sender}>"))
    with account_scope(support_mail.account_id):
        ticket = Ticket.objects.select_related("requester").get(pk=came.message.ticket_id)
        if not ticket.requester.addresses.exists():
            return
    mail = mail_of(make_reply(ticket, ben))
    read = parsed_and_sound(mail)
    assert len(mail.row.envelope_to) == 1
    assert len(read["To"].addresses) <= 1


@pytest.mark.parametrize(
    ("address", "written_as"),
    [("info@bücher.example", "info@xn--bcher-kva.example"), ("jörg@example.org", "jörg@example.org")],
)
def test_addresses_beyond_ascii_can_be_answered(address, written_as, eli, ben):
    ticket = make_ticket(eli)
    with account_scope(eli.account_id):
        ContactAddress.objects.filter(contact=eli).update(value=address, folded=address)
    mail = mail_of(make_reply(ticket, ben))
    assert mail.row.envelope_to == [address]
    assert b"<" + written_as.encode() + b">\r\n" in mail.raw


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jAvA\tscript:alert(1)'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><input name=p></form>",
    "<style>@import url(https://evil.example)</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<object data='https://evil.example'></object><embed src='https://evil.example'>",
    "<<script>script>alert(1)<</script>/script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<p onclick=alert(1)>x</p>",
    "<template><script>alert(1)</script></template>",
]
ACTIVE = re.compile(
    rb"<\s*(?:script|iframe|object|embed|form|input|style|link|meta|base|svg|math|template|noscript)\b"
    rb"|<[^>]+\son\w+\s*=|<[^>]+(?:href|src)\s*=\s*[\"']?\s*(?:java|vb)script:|url\(",
    re.IGNORECASE,
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_html_that_leaves_does_anything(payload, eli, ben, support):
    """Written by the agent, in both signatures, and in what is quoted."""
    ticket = make_ticket(eli)
    with account_scope(eli.account_id):
        Message.objects.filter(ticket=ticket).update(body_html=payload, is_html=True)
        type(ben).objects.filter(pk=ben.pk).update(signature=payload)
        type(support).objects.filter(pk=support.pk).update(signature=payload)
    mail = mail_of(make_reply(ticket, ben, body=f"<p>Hello</p>{payload}"))
    html = mail.read.get_body(("html",)).get_content().encode()
    assert not ACTIVE.search(html), html
    assert b"Hello" in html


def test_it_answers_the_customers_newest_mail(support_mail, ben):
    ids = ["first@example.org", "second@example.org"]
    [came] = receive(support_mail, written(support_mail.address, message_id=ids[0]))
    receive(support_mail, written(support_mail.address, message_id=ids[1], in_reply_to=ids[0], text="And quickly!"))
    with account_scope(support_mail.account_id):
        ticket = Ticket.objects.get(pk=came.message.ticket_id)
    read = parsed_and_sound(mail_of(make_reply(ticket, ben)))
    assert read["In-Reply-To"] == f"<{ids[1]}>"
    assert read["References"].split() == [f"<{each}>" for each in ids]
    assert read["Subject"] == "Re: Where is my order?"
    plain = read.get_body(("plain",)).get_content()
    assert "> And quickly!" in plain
    assert plain.index("It is on its way.") < plain.index("> And quickly!")


def test_no_bytes_change_when_it_is_made_twice(eli, ben):
    reply = make_reply(make_ticket(eli), ben)
    before = mail_of(reply)
    with account_scope(eli.account_id):
        send_message(Message.objects.get(pk=reply.pk))
    after = mail_of(reply)
    assert (before.row.pk, before.raw) == (after.row.pk, after.raw)


@pytest.mark.parametrize("name", [*HOSTILE, "名" * 250 + ".pdf", "n" * 250 + ".pdf", ""])
def test_names_of_enclosures(name, eli, ben, client_of):
    """Whatever a file is called: one header, lines of lawful length, and the ending stays."""
    ticket = make_ticket(eli)
    path = f"/console/tickets/{ticket.code}"
    with account_scope(ben.account_id):
        draft = save_draft(ben, ticket, {"kind": "reply"})
        kept = attach_to_draft(draft, name.replace("\0", ""), b"content", "text/plain")
    assert client_of(ben).post(f"{path}/replies", {"body_text": "Look", "attachment": kept.id}).status_code == 303
    with account_scope(ben.account_id):
        reply = Message.objects.get(ticket=ticket, kind="outgoing")
    read = parsed_and_sound(mail_of(reply))
    [enclosure] = read.iter_attachments()
    assert enclosure.get_payload(decode=True) == b"content"
    if name.endswith(".pdf"):
        assert enclosure.get_filename().endswith(".pdf")


def test_an_enclosure_of_mail_is_not_taken_apart(eli, ben, client_of):
    ticket = make_ticket(eli)
    with account_scope(ben.account_id):
        kept = attach_to_draft(save_draft(ben, ticket, {}), "x.eml", b"Subject: inner\r\n\r\nHi", "message/rfc822")
    client_of(ben).post(f"/console/tickets/{ticket.code}/replies", {"body_text": "Look", "attachment": kept.id})
    with account_scope(ben.account_id):
        reply = Message.objects.get(ticket=ticket, kind="outgoing")
    [enclosure] = parsed_and_sound(mail_of(reply)).iter_attachments()
    assert enclosure.get_payload(decode=True) == b"Subject: inner\r\n\r\nHi"
