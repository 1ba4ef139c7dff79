"""Mail to the people of an account that has to arrive: what comes back is noted at it, and is nobody's ticket."""

import pytest

from steward.channels.email.models import RawMail
from steward.channels.email.to_members import Words, mail_to_member
from steward.outbox.actions import put_in_outbox
from steward.outbox.models import OutgoingMail, State
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.letters import receive
from steward.tickets.models import Ticket

GIL = ("Gil", "gil@example.org")
WORDS = Words("News", "Read it.\n", "<p>Read it.</p>")


@pytest.fixture
def told(northwind):
    """A watched mail to Gil, taken by a server."""
    with account_scope(northwind.id):
        account = Account.objects.get(pk=northwind.id)
        [mail] = put_in_outbox([mail_to_member(account, GIL, WORDS, purpose="subprocessor notice", is_watched=True)])
        OutgoingMail.objects.filter(pk=mail.pk).update(state=State.SENT)
    return mail


@pytest.fixture
def come_back(support_mail, told):
    """Somebody writes to an address of ours; how the mail that Gil was sent stands then, and how many tickets."""

    def come_back(content, *, to=""):
        to = to or told.envelope_from
        receive(support_mail, content, envelope_from="", envelope_to=[to])
        with account_scope(told.account_id):
            return OutgoingMail.objects.get(pk=told.pk).state, Ticket.objects.count()

    return come_back


def report(*, message_id="unknown@example.org", action="failed"):
    return (
        "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; gil@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    ).encode()


def test_it_leaves_under_an_address_of_its_own(told):
    assert told.envelope_from.startswith("bounce+t")
    assert told.envelope_from.endswith("@northwind.localhost")


def test_a_report_to_that_address_marks_it_and_opens_no_ticket(told, come_back):
    assert come_back(report()) == (State.FAILED, 0)
    with account_scope(told.account_id):
        assert OutgoingMail.objects.get(pk=told.pk).server_words == "550 no such user"
        assert RawMail.objects.get().state == RawMail.State.BOUNCE


def test_a_report_that_names_its_message_id_marks_it_wherever_it_comes_to(told, come_back):
    assert come_back(report(message_id=told.internet_id), to="support@northwind.localhost") == (State.FAILED, 0)


def test_words_of_a_server_in_no_known_form_mark_it(come_back):
    mail = b"From: postmaster@mx.example.org\r\nSubject: Failure\r\n\r\n550 5.1.1 no such user\r\n"
    assert come_back(mail) == (State.FAILED, 0)


def test_a_delay_marks_nothing(come_back):
    assert come_back(report(action="delayed")) == (State.SENT, 0)


def test_an_absence_note_marks_nothing_and_opens_no_ticket(come_back):
    note = b"From: gil@example.org\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.\r\n"
    assert come_back(note) == (State.SENT, 0)


def test_a_made_up_address_is_believed_by_nobody(told, come_back):
    local, _, domain = told.envelope_from.partition("@")
    forged = (
        f"{local[:-2]}{'b' if local[-2] == 'a' else 'a'}{local[-1]}@{domain}"  # of the last one two bits are nothing
    )
    assert come_back(report(), to=forged)[0] == State.SENT
