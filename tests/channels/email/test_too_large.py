"""Mail that is too large: a ticket tells people what was refused, or lies in the mailbox still."""

import pytest

from steward.channels.email.models import MailAccount
from steward.channels.email.spool import TOO_LARGE, beginning_of
from steward.tenancy.scope import account_scope
from steward.testing.letters import outgoing_mails, receive, written
from steward.tickets.models import Attachment, Ticket
from steward.tickets.statuses import Status

SIZE = 63_000_000


@pytest.fixture
def refused(support_mail):
    """Takes in the beginning of a mail that was refused, and returns its message."""

    def take(mail, *, source="smtp", **options):
        [came] = receive(support_mail, beginning_of(mail), source=source, client={TOO_LARGE: str(SIZE)}, **options)
        return came.message

    return take


def film(to, **options):
    head, _, text = written(to, subject="Our film", text="See what is broken.", **options).partition(b"\r\n\r\n")
    kind = b"Content-Type: text/plain; charset=utf-8"
    video = b"--b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    head = head.replace(kind, b"Content-Type: multipart/mixed; boundary=b")
    return head + b"\r\n\r\n--b\r\n" + kind + b"\r\n\r\n" + text + video + b"AAAA\r\n" * 100_000


def attached(message):
    with account_scope(message.account_id):
        return list(Attachment.objects.filter(message=message).values_list("name", flat=True))


@pytest.mark.parametrize("source", ["smtp", "pipe"])
def test_a_ticket_says_what_was_refused(refused, support_mail, ben, client_of, source):
    message = refused(film(support_mail.address), source=source)
    assert (message.ticket.subject, message.body_text.strip()) == ("Our film", "See what is broken.")
    assert message.findings["problems"] == [["refused_too_large", str(SIZE)]]
    assert attached(message) == ["beginning.eml"]
    page = client_of(ben).get(f"/console/tickets/{message.ticket.code}").content.decode()
    assert "a mail of 60.1\xa0MB" in page
    assert "is told so by their own mail server" in page
    assert "The mail as it came is attached" not in page


def test_one_that_lies_in_a_mailbox_says_so(refused, support_mail, ben, client_of):
    message = refused(film(support_mail.address), source="imap")
    assert message.findings["problems"] == [["too_large", str(SIZE)]]
    page = client_of(ben).get(f"/console/tickets/{message.ticket.code}").content.decode()
    assert "still in the mailbox" in page


def test_nobody_is_thanked_for_it(refused, support_mail, run_jobs):
    with account_scope(support_mail.account_id):
        MailAccount.objects.update(answers_automatically=True)
    refused(film(support_mail.address))
    run_jobs()
    assert outgoing_mails(support_mail) == []


def test_it_joins_and_reopens_its_ticket_but_proves_nothing(refused, support_mail, ticket, answer):
    to = answer.read["Reply-To"].addresses[0].addr_spec
    message = refused(film(to), envelope_to=[to])
    assert (message.ticket_id, message.is_verified, message.is_automatic) == (ticket.id, False, False)
    with account_scope(ticket.account_id):
        assert Ticket.objects.get(pk=ticket.pk).status == Status.OPEN


def test_it_leads_to_no_closed_ticket(refused, ticket, answer):
    to = answer.read["Reply-To"].addresses[0].addr_spec
    with account_scope(ticket.account_id):
        Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED)
    message = refused(film(to), envelope_to=[to])
    assert message.ticket_id != ticket.id
    assert message.ticket.previous_id is None


def test_tried_again_it_is_one_ticket(refused, support_mail):
    mail = film(support_mail.address, message_id="film@example.org")
    assert refused(mail) is not None
    assert refused(b"Received: by another way\r\n" * 40 + mail) is None


def test_a_machine_stays_a_machine(refused, support_mail):
    mail = film(support_mail.address, headers={"Auto-Submitted": "auto-generated"})
    assert refused(mail).is_automatic


def test_nobody_can_write_that_a_mail_was_refused(support_mail):
    mail = b"X-Steward-Too-Large: 5\r\ntoo_large: 5\r\n" + written(support_mail.address)
    [came] = receive(support_mail, mail, source="smtp")
    assert came.message.findings["problems"] == []


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"A: b\r\n\r\n" + b"x" * 200_000, 8 + 32 * 1024),
        (b"A: b\n\n" + b"x" * 200_000, 6 + 32 * 1024),
        (b"A: " + b"x" * 200_000, 128 * 1024),
        (b"A: " + b"x" * 120_000 + b"\r\n\r\n" + b"y" * 50_000, 128 * 1024),
        (b"short", 5),
    ],
)
def test_what_a_beginning_is(raw, kept):
    assert beginning_of(raw) == raw[:kept]
