"""From what an agent wrote to a mail: what it quotes, what it refers to, and what is seen when none can be made."""

import re
from unittest.mock import patch

import pytest

from steward.channels.email import answering, sending
from steward.channels.email.models import MailAccount
from steward.channels.email.quoting import without_carried_images
from steward.events.models import Event
from steward.lib.html import sanitise_mail
from steward.outbox.models import OutgoingMail, State
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued
from steward.testing.letters import mail_of, outgoing_mails, receive, written
from steward.testing.tickets import make_message, make_reply, make_ticket
from steward.tickets.models import Message


def stored(message):
    with account_scope(message.account_id):
        return Message.objects.select_related("outgoing").get(pk=message.pk)


@pytest.fixture
def without_address(support_mail, billing_mail):
    """`without_address()` leaves Northwind nothing to write from; `without_address(back=True)` undoes it."""
    with account_scope(support_mail.account_id):
        rows = list(MailAccount.objects.all())

    def change(*, back=False):
        with account_scope(support_mail.account_id):
            MailAccount.objects.bulk_create(rows) if back else MailAccount.objects.all().delete()

    return change


def test_without_an_address_to_write_from_it_says_so_and_can_be_sent_again(
    eli, ben, without_address, run_jobs, client_of
):
    ticket = make_ticket(eli)
    without_address()
    reply = make_reply(ticket, ben)
    with pytest.raises(sending.NoMailAccount):
        run_jobs("email.send")
    assert stored(reply).findings["sending"] == "no_mail_account"
    page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
    assert "there is no address to send from" in page
    assert f"/console/messages/{reply.id}/delivery" in page

    without_address(back=True)
    before = len(queued("email.send"))
    assert client_of(ben).post(f"/console/messages/{reply.id}/delivery").status_code == 303
    assert len(queued("email.send")) == before + 1
    run_jobs("email.send")
    assert stored(reply).outgoing.state == State.WAITING
    assert "sending" not in stored(reply).findings
    assert len(outgoing_mails_of(reply)) == 1


def test_everybody_who_looks_hears_of_it_once(eli, ben, without_address, run_jobs, client_of):
    """The page of a colleague follows the events of the ticket."""
    ticket = make_ticket(eli)
    without_address()
    reply = make_reply(ticket, ben)
    for _ in range(2):
        with pytest.raises(sending.NoMailAccount):
            run_jobs("email.send")
        assert events_of(ticket, "message.delayed") == [
            ("system", {"message": str(reply.id), "reason": "no_mail_account"})
        ]
        assert client_of(ben).post(f"/console/messages/{reply.id}/delivery").status_code == 303
    assert events_of(ticket, "message.retried") == [("agent", {"message": str(reply.id)})] * 2


def events_of(ticket, kind):
    with account_scope(ticket.account_id):
        found = Event.objects.filter(object_id=ticket.pk, kind=kind).order_by("at")
        return list(found.values_list("actor_kind", "changes"))


def outgoing_mails_of(message):
    with account_scope(message.account_id):
        return list(OutgoingMail.objects.all())


def test_a_fault_of_ours_is_seen(eli, ben, support_mail, run_jobs, client_of):
    ticket = make_ticket(eli)
    reply = make_reply(ticket, ben)
    with patch.object(sending, "compose", side_effect=ValueError("odd")), pytest.raises(ValueError, match="odd"):
        run_jobs("email.send")
    assert stored(reply).findings["sending"] == "failed"
    page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
    assert "the mail could not be made" in page


def test_only_answers_are_sent_again(eli, ben, support_mail, client_of):
    [came] = receive(support_mail, written(support_mail.address))
    assert client_of(ben).post(f"/console/messages/{came.message.id}/delivery").status_code == 404


def test_a_strangers_words_are_not_quoted(eli, ben, support_mail):
    [came] = receive(support_mail, written(support_mail.address, text="My own words", message_id="own@example.org"))
    first = make_reply(came.message.ticket, ben)
    reply_to = mail_of(first).read["Reply-To"].addresses[0].addr_spec
    stranger = written(reply_to, sender="Mal <mal@example.net>", text="Words of a stranger", message_id="m@example.net")
    [forged] = receive(support_mail, stranger, envelope_to=[reply_to])
    assert forged.message.ticket_id == came.message.ticket_id
    assert not forged.message.is_verified
    mail = mail_of(make_reply(came.message.ticket, ben))
    assert b"Words of a stranger" not in mail.raw
    assert b"My own words" in mail.raw
    assert mail.read["In-Reply-To"] == "<own@example.org>"


def test_a_long_ticket_is_not_read_whole(eli, ben, support_mail):
    ticket = make_ticket(eli)
    for number in range(25):
        make_message(ticket, internet_id=f"{number}@example.org")
    mail = mail_of(make_reply(ticket, ben))
    found = re.findall(r"<(\d+)@example.org>", mail.read["References"])
    assert found == [str(number) for number in range(5, 25)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>a<img src="cid:x@y" alt="Logo" width="3">b</p>', "<p>a[Logo]b</p>"),
        ('<p>a<img src="CID:x">b</p>', "<p>ab</p>"),
        ('<img alt="1 > 0 & <b>" src="cid:x">', "[1 &gt; 0 &amp; &lt;b&gt;]"),
        ('<img src="https://e.example/cid:a.png" alt="cid:x">', None),
        ("<img title=' src=\"cid:' src='https://e.example/a.png'>", None),
    ],
)
def test_carried_images_are_quoted_as_their_words(html, expected):
    clean = sanitise_mail(html)
    assert without_carried_images(clean) == (clean if expected is None else expected)


def test_no_reference_to_an_image_that_is_not_there_goes_out(ben, support_mail):
    mail = written(support_mail.address, html='<p>See <img src="cid:a@b" alt="the damage"> here</p>')
    [came] = receive(support_mail, mail)
    sent = mail_of(make_reply(came.message.ticket, ben)).read.get_body(("html",)).get_content()
    assert "cid:" not in sent
    assert "See [the damage] here" in sent


@pytest.fixture
def answering_mail(support_mail):
    with account_scope(support_mail.account_id):
        MailAccount.objects.filter(pk=support_mail.pk).update(answers_automatically=True)
    return support_mail


@pytest.mark.parametrize("sender", ["jürgen@example.org", "eli@münchen.example", "Jürgen <jürgen@münchen.example>"])
def test_addresses_outside_ascii_are_answered(answering_mail, ben, sender):
    [came] = receive(answering_mail, written(answering_mail.address, sender=sender), envelope_from="x@example.org")
    [automatic] = outgoing_mails(answering_mail)
    assert automatic.row.envelope_to == [came.message.sender_email]
    mail = mail_of(make_reply(came.message.ticket, ben))
    assert b"m\xc3\xbcnchen" not in mail.raw.partition(b"\r\n\r\n")[0]


def test_a_fault_in_an_answer_keeps_no_mail_from_becoming_a_ticket(answering_mail, run_jobs):
    real = answering.compose

    def moody(letter):
        if letter.to[0][1] == "bad@example.org":
            raise ValueError("cannot be written to")
        return real(letter)

    senders = ["bad@example.org", "good@example.org", "better@example.org"]
    with patch.object(answering, "compose", moody):
        came = receive(answering_mail, *(written(answering_mail.address, sender=sender) for sender in senders))
        assert all(each.message for each in came)
        assert len(queued("email.answer")) == 1
        with pytest.raises(ValueError, match="cannot be written to"):
            run_jobs("email.answer")
    answered = outgoing_mails(answering_mail)
    assert sorted(mail.row.envelope_to[0] for mail in answered) == sorted(senders)


def test_what_is_written_before_the_answer_is_made_does_not_prevent_it(answering_mail):
    [came] = receive(answering_mail, written(answering_mail.address, message_id="first@example.org"))
    receive(answering_mail, written(answering_mail.address, in_reply_to="first@example.org"))
    [mail] = outgoing_mails(answering_mail)
    assert mail.read["In-Reply-To"] == "<first@example.org>"
    assert came.message.ticket.code in mail.read.get_body(("plain",)).get_content()


def test_a_copy_that_bounces_does_not_fail_the_mail(eli, farah, ben, support_mail, client_of):
    ticket = make_ticket(eli)
    answer = {"body_text": "Look", "cc": "Farah <farah@example.org>"}
    assert client_of(ben).post(f"/console/tickets/{ticket.code}/replies", answer).status_code == 303
    with account_scope(ticket.account_id):
        reply = Message.objects.get(ticket=ticket, kind="outgoing")
    mail = mail_of(reply)
    with account_scope(ticket.account_id):
        OutgoingMail.objects.filter(pk=mail.row.pk).update(state=State.SENT)
    parts = [
        ("text/plain", "Sorry."),
        (
            "message/delivery-status",
            "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; farah@example.org\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n",
        ),
        ("text/rfc822-headers", f"Message-ID: <{mail.message_id}>\r\n"),
    ]
    body = "".join(f"--=b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + "--=b--\r\n"
    report = (
        f"From: MAILER-DAEMON@mx.example.org\r\nTo: {mail.row.envelope_from}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n{body}'
    )
    receive(support_mail, report.encode(), envelope_from="", envelope_to=[mail.row.envelope_from])
    after = stored(reply).outgoing
    assert (after.state, after.reason) == (State.SENT, "partly_bounced")
    page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
    assert "did not arrive everywhere: farah@example.org" in page


@pytest.mark.parametrize(
    ("language", "expected"),
    [("pl", ["Ben z Northwind", "Wsparcie"]), ("lv", ["Ben", "Wsparcie po łotewsku"]), ("", ["Ben", "Support"])],
)
def test_the_signature_is_that_of_the_language_of_the_customer(eli, ben, support, language, expected):
    with account_scope(ben.account_id):
        signatures = {"pl": "Wsparcie", "lv": "Wsparcie po łotewsku"}
        type(support).objects.filter(pk=support.pk).update(signature="Support", signatures=signatures)
        type(ben).objects.filter(pk=ben.pk).update(signature="Ben", signatures={"pl": "Ben z Northwind"})
        type(eli).objects.filter(pk=eli.pk).update(language=language)
    lines = mail_of(make_reply(make_ticket(eli), ben)).read.get_body(("plain",)).get_content().splitlines()
    assert lines[lines.index("-- ") + 1 :][:2] == expected


def test_the_line_before_a_signature_is_the_one_mail_programs_know(eli, ben, support):
    with account_scope(ben.account_id):
        type(support).objects.filter(pk=support.pk).update(signature="Ben<br>Northwind")
    body = mail_of(make_reply(make_ticket(eli), ben)).read.get_body(("plain",))
    lines = body.get_content().splitlines()
    assert lines[lines.index("-- ") + 1 :][:2] == ["Ben", "Northwind"]
    assert "--" not in lines
