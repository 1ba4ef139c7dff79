"""Automatic answers: one per correspondent and day, to people only (RFC 3834)."""

from datetime import UTC, datetime, timedelta

import pytest

from steward.tenancy.scope import account_scope
from steward.testing.letters import outgoing_mails, receive, written


@pytest.fixture
def answering(support_mail):
    with account_scope(support_mail.account_id):
        support_mail.answers_automatically = True
        support_mail.save()
    return support_mail


def test_a_new_matter_is_answered(answering, run_jobs):
    [came] = receive(answering, written(answering.address, message_id="first@example.org"))
    [mail] = outgoing_mails(answering)
    assert mail.row.envelope_to == ["eli@example.org"]
    assert mail.row.envelope_from == ""
    assert mail.read["Auto-Submitted"] == "auto-replied"
    assert mail.read["In-Reply-To"] == "<first@example.org>"
    assert mail.read["Precedence"] == "auto_reply"
    assert came.message.ticket.code in mail.read.get_body(("plain",)).get_content()


def test_it_can_be_answered_in_turn_and_joins_the_ticket(answering):
    [came] = receive(answering, written(answering.address))
    [mail] = outgoing_mails(answering)
    [again] = receive(answering, written(answering.address, in_reply_to=mail.message_id))
    assert again.message.ticket_id == came.message.ticket_id
    assert len(outgoing_mails(answering)) == 1


def test_once_a_day_whatever_they_write(answering, stop_clock):
    moment = datetime(2026, 3, 3, 9, tzinfo=UTC)
    for hours, expected in ((0, 1), (1, 1), (14, 1), (15, 2), (16, 2)):
        stop_clock(moment + timedelta(hours=hours))
        sender = "ELI@example.org" if hours % 2 else "Eli <eli@example.org>"
        receive(answering, written(answering.address, sender=sender))
        assert len(outgoing_mails(answering)) == expected, f"after {hours} hours"


def test_three_new_matters_in_one_batch(answering):
    receive(answering, *(written(answering.address) for _ in range(3)))
    assert len(outgoing_mails(answering)) == 1


def test_another_message_in_the_same_ticket_is_not_a_new_matter(answering, stop_clock):
    stop_clock(datetime(2026, 3, 3, tzinfo=UTC))
    receive(answering, written(answering.address, message_id="first@example.org"))
    stop_clock(datetime(2026, 3, 5, tzinfo=UTC))
    receive(answering, written(answering.address, in_reply_to="first@example.org"))
    assert len(outgoing_mails(answering)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Auto-Submitted": "auto-replied; owner-email=x@y.example"},
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"List-Id": "News <news.example.org>"},
        {"List-Unsubscribe": "<mailto:u@example.org>"},
        {"X-Auto-Response-Suppress": "OOF, AutoReply"},
        {"Return-Path": "<>"},
        {"X-Steward-Loop": "anything"},
        {"X-Autoreply": "yes"},
    ],
    ids=lambda headers: next(iter(headers.items())),
)
def test_machines_get_none(answering, headers):
    [came] = receive(answering, written(answering.address, headers=headers))
    assert came.message.is_automatic == ("X-Steward-Loop" not in headers)  # a human at another account's console
    assert outgoing_mails(answering) == []


def test_mail_of_the_same_account_that_comes_back_is_automatic(answering):
    [came] = receive(answering, written(answering.address, headers={"X-Steward-Loop": str(answering.account_id)}))
    assert came.message.is_automatic
    assert outgoing_mails(answering) == []


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@x.example", "noreply@x.example", "bounces+1@x.example", "", "eli"])
def test_addresses_of_machines_and_none_get_none(answering, sender):
    receive(answering, written(answering.address, sender=sender), envelope_from="")
    assert outgoing_mails(answering) == []


def test_the_null_sender_gets_none(answering):
    [came] = receive(answering, written(answering.address), envelope_from="", source="smtp")
    assert came.message.is_automatic
    assert outgoing_mails(answering) == []


def test_our_own_addresses_get_none(answering, billing_mail):
    """Else two departments would thank each other, by their own tickets."""
    for sender in (answering.address, billing_mail.address, f"Support <{answering.address.upper()}>"):
        receive(answering, written(answering.address, sender=sender))
    assert outgoing_mails(answering) == []


def test_a_sender_who_fails_dmarc_gets_none(answering):
    receive(answering, written(answering.address), source="smtp", client={"dmarc": "fail"})
    assert outgoing_mails(answering) == []


def test_our_answer_come_back_is_not_answered(answering):
    receive(answering, written(answering.address))
    [mail] = outgoing_mails(answering)
    [came] = receive(answering, mail.raw, envelope_from="")
    assert came.message.is_automatic
    assert len(outgoing_mails(answering)) == 1


def test_nothing_where_it_is_switched_off(support_mail):
    receive(support_mail, written(support_mail.address))
    assert outgoing_mails(support_mail) == []


def test_the_text_of_the_account_is_text(answering):
    with account_scope(answering.account_id):
        answering.automatic_text = "Thanks <b>& see</b> <script>alert(1)</script>"
        answering.save()
    receive(answering, written(answering.address))
    [mail] = outgoing_mails(answering)
    html = mail.read.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
