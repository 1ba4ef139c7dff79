"""Delivery reports: believed when a token of ours proves which mail they are about, and never answered."""

from email.message import EmailMessage
from uuid import uuid4

import pytest

from steward.channels.email.tokens import BOUNCE, DELIVERY, Bound, make_token, read_token
from steward.outbox.models import OutgoingMail, State
from steward.privacy.keys.cipher import derive
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, outgoing_mails, receive, written
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status


def report_on(answer, *, to, action="failed", message_id="", headers=True):
    """A delivery status notification (RFC 3464) as mail servers write it."""
    status = {"failed": "5.1.1", "delayed": "4.4.1"}.get(action, "2.0.0")
    original = f"Message-ID: <{message_id or answer.message_id}>\r\nSubject: Re: paper\r\n" if headers else ""
    parts = [
        ("text/plain", "Sorry, it did not arrive."),
        (
            "message/delivery-status",
            "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; eli@example.org\r\n"
            f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n",
        ),
        ("text/rfc822-headers", original),
    ]
    body = "".join(f"--=b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + "--=b--\r\n"
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\nTo: {to}\r\nAuto-Submitted: auto-replied\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n{body}'
    ).encode()


@pytest.fixture
def bounce_address(answer):
    address = answer.row.envelope_from
    assert address.startswith("bounce+d")
    return address


@pytest.fixture
def state(answer):
    def state():
        with account_scope(answer.row.account_id):
            return OutgoingMail.objects.get(pk=answer.row.pk).state

    assert state() == State.WAITING
    return state


@pytest.fixture
def later(answer, ticket, ben):
    """The state of a second answer in the same ticket, newer than `answer`; `later.mail` is its mail."""
    mail = mail_of(make_reply(ticket, ben))

    def later():
        with account_scope(mail.row.account_id):
            return OutgoingMail.objects.get(pk=mail.row.pk).state

    later.mail = mail
    return later


def bounces_to(token):
    return f"bounce+{token}@northwind.localhost"


def take(support_mail, mail, to):
    [came] = receive(support_mail, mail, envelope_from="", envelope_to=[to])
    return came.message


def test_a_true_one_is_in_its_ticket_and_the_answer_is_marked(support_mail, answer, ticket, bounce_address, state):
    message = take(support_mail, report_on(answer, to=bounce_address), bounce_address)
    assert message.ticket_id == ticket.id
    assert message.is_automatic
    assert state() == State.FAILED
    with account_scope(ticket.account_id):
        assert "no such user" in OutgoingMail.objects.get(pk=answer.row.pk).server_words
        assert Ticket.objects.get(pk=ticket.pk).status == Status.ANSWERED


def test_one_that_returns_no_header_is_about_the_mail_its_address_was_made_for(
    support_mail, answer, later, bounce_address, state
):
    take(support_mail, report_on(answer, to=bounce_address, headers=False), bounce_address)
    assert (state(), later()) == (State.FAILED, State.WAITING)


def test_its_address_counts_and_not_what_it_returns(support_mail, answer, later, bounce_address, state):
    take(support_mail, report_on(answer, to=bounce_address, message_id=later.mail.message_id), bounce_address)
    assert (state(), later()) == (State.FAILED, State.WAITING)


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"Subject: Hm\r\n\r\n",
        b"From: <MAILER-DAEMON>\r\n\r\n\x00\xff",
        b"From: postmaster@mx.example.org\r\nSubject: =?utf-8?q?=E9=85=8D=E4=BF=A1?=\r\n\r\n550 5.1.1 no such user\r\n",
    ],
)
def test_one_with_nothing_but_its_envelope_marks_the_mail(
    support_mail, answer, ticket, later, bounce_address, state, mail
):
    message = take(support_mail, mail or b"\r\n", bounce_address)
    assert (message.ticket_id, message.is_automatic, message.is_verified) == (ticket.id, True, False)
    assert (state(), later()) == (State.FAILED, State.WAITING)


def test_bare_words_of_a_delay_are_no_failure(support_mail, answer, bounce_address, state):
    mail = b"From: MAILER-DAEMON@mx.example.org\r\nSubject: Warning: message delayed 4 hours\r\n\r\nStill trying.\r\n"
    take(support_mail, mail, bounce_address)
    assert state() == State.WAITING


@pytest.mark.parametrize("sender", ["eli@example.org", "Mallory <mallory@evil.example>"])
def test_an_absence_note_to_the_bounce_address_is_no_report(support_mail, answer, bounce_address, state, sender):
    headers = {"Auto-Submitted": "auto-replied"}
    mail = written(bounce_address, sender=sender, subject="Out of office", headers=headers)
    assert take(support_mail, mail, bounce_address).is_automatic
    assert state() == State.WAITING


def test_the_address_of_an_earlier_version_is_about_the_newest_answer(
    support_mail, answer, ticket, eli, later, state, token_for
):
    to = f"bounce+{token_for(ticket, eli, BOUNCE)}@northwind.localhost"
    take(support_mail, report_on(answer, to=to, headers=False), to)
    assert (state(), later()) == (State.WAITING, State.FAILED)
    take(support_mail, report_on(answer, to=to), to)
    assert state() == State.FAILED


def test_every_bit_of_the_address_counts(support_mail, answer, ticket, bounce_address, state):
    local, _, domain = bounce_address.partition("@")
    assert len(local) <= 64
    for at in range(len("bounce+d"), len(local)):
        flipped = local[:at] + ("a" if local[at] != "a" else "b") + local[at + 1 :]
        if read_token(flipped) == read_token(local):
            continue  # the last letter holds two bits that mean nothing
        to = f"{flipped}@{domain}"
        assert take(support_mail, report_on(answer, to=to, headers=False), to).ticket_id != ticket.id
    assert state() == State.WAITING


@pytest.mark.parametrize("changed", ["ticket_id", "address", "named_id", "account_id"])
def test_an_address_made_for_something_else_marks_nothing(
    support_mail, answer, ticket, eli, contoso, token_for, state, changed
):
    with account_scope(ticket.account_id):
        sent = Message.objects.get(outgoing=answer.row)
    wrong = {"ticket_id": uuid4(), "address": "farah@example.org", "named_id": uuid4(), "account_id": contoso.id}
    true = {"named_id": sent.id}
    assert bounces_to(token_for(ticket, eli, DELIVERY, **true)) == answer.row.envelope_from
    if changed == "account_id":
        with account_scope(contoso.id):
            bound = Bound(contoso.id, ticket.id, sent.id, "eli@example.org")
            to = bounces_to(make_token(DELIVERY, bound, derive(contoso.id, "reply-token")))
    else:
        to = bounces_to(token_for(ticket, eli, DELIVERY, **{**true, changed: wrong[changed]}))
    assert take(support_mail, report_on(answer, to=to, headers=False), to).ticket_id != ticket.id
    assert state() == State.WAITING


def test_a_delay_is_no_failure(support_mail, answer, ticket, bounce_address, state):
    message = take(support_mail, report_on(answer, to=bounce_address, action="delayed"), bounce_address)
    assert message.ticket_id == ticket.id
    assert state() == State.WAITING


def test_what_failed_is_shown_and_can_be_sent_again(support_mail, answer, ticket, bounce_address, ben, client_of):
    take(support_mail, report_on(answer, to=bounce_address), bounce_address)
    page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
    assert "Did not arrive" in page
    assert "no such user" in page


@pytest.mark.parametrize("to", ["support@northwind.localhost", "bounce+d" + "a" * 42 + "@northwind.localhost"])
def test_a_forged_one_changes_nothing(support_mail, answer, ticket, state, to):
    with account_scope(ticket.account_id):
        known = Message.objects.get(ticket=ticket, kind="incoming")
        Message.objects.filter(pk=known.pk).update(internet_id="known@example.org")
    for message_id in ("known@example.org", "m" + answer.message_id[5:], "x" * 43 + "@northwind.localhost"):
        message = take(support_mail, report_on(answer, to=to, message_id=message_id), to)
        assert message.ticket_id != ticket.id
        assert message.ticket.previous_id is None
    assert state() == State.WAITING


def test_a_token_of_one_ticket_marks_nothing_in_another(support_mail, answer, eli, ben, state, ticket):
    other = make_ticket(eli)
    theirs = mail_of(make_reply(other, ben))
    with account_scope(ticket.account_id):
        mine = Message.objects.get(ticket=ticket, kind="outgoing")
        Message.objects.filter(pk=mine.pk).update(internet_id="mine@northwind.localhost")
    to = theirs.row.envelope_from
    message = take(support_mail, report_on(answer, to=to, message_id="mine@northwind.localhost"), to)
    assert message.ticket_id == other.id
    assert state() == State.WAITING


def test_a_reply_token_is_no_bounce_token(support_mail, answer, ticket, state):
    to = answer.read["Reply-To"].addresses[0].addr_spec
    message = take(support_mail, report_on(answer, to=to, message_id="unknown@example.org"), to)
    assert message.ticket_id != ticket.id
    assert state() == State.WAITING


def test_nobody_answers_a_report(support_mail, answer, bounce_address, run_jobs):
    with account_scope(support_mail.account_id):
        support_mail.answers_automatically = True
        support_mail.save()
    take(support_mail, report_on(answer, to=bounce_address), bounce_address)
    take(support_mail, report_on(answer, to=support_mail.address, message_id="x@y.example"), support_mail.address)
    run_jobs()
    assert [mail.row.pk for mail in outgoing_mails(support_mail)] == [answer.row.pk]


def test_a_report_about_a_closed_ticket_opens_one_that_follows_it(support_mail, answer, ticket, bounce_address):
    with account_scope(ticket.account_id):
        Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED)
    message = take(support_mail, report_on(answer, to=bounce_address), bounce_address)
    assert message.ticket_id != ticket.id
    assert message.ticket.previous_id == ticket.id


def test_a_reply_by_the_customer_to_the_bounce_address_is_no_report(support_mail, answer, ticket, bounce_address):
    mail = written(bounce_address, in_reply_to=answer.message_id)
    [came] = receive(support_mail, mail, envelope_to=[bounce_address])
    assert came.message.ticket_id == ticket.id
    assert not came.message.is_automatic


def test_reports_are_well_formed():
    """The builder above makes what the standard library reads as a report."""
    from email import message_from_bytes
    from email.policy import default

    class Answer:
        message_id = "x@y.example"

    read = message_from_bytes(report_on(Answer, to="a@b.example"), policy=default)
    assert isinstance(read, EmailMessage)
    assert [part.get_content_type() for part in read.iter_parts()][1] == "message/delivery-status"
