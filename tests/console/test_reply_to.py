"""Where an answer goes when a mail asks for another address: only where the agent saw, and if the mail is trusted."""

import pytest

from steward.tenancy.scope import account_scope
from steward.testing.letters import receive, written
from steward.testing.tickets import make_message
from steward.tickets.models import Message


@pytest.fixture
def asked(support_mail):
    """A ticket of Eli, whose mail asks for answers at home."""
    [came] = receive(support_mail, written(support_mail.address, headers={"Reply-To": "home@example.org"}))
    return came.message.ticket


def of(ticket, tail=""):
    return f"/console/tickets/{ticket.code}{tail}"


def changed(message, **columns):
    with account_scope(message.account_id):
        Message.objects.filter(pk=message.pk).update(**columns)


def newest(ticket):
    with account_scope(ticket.account_id):
        return Message.objects.filter(ticket=ticket, kind="incoming").latest("at")


def test_the_wish_of_a_mail_that_is_not_verified_is_neither_offered_nor_obeyed(client_of, ben, asked):
    changed(newest(asked), is_verified=False)
    bens = client_of(ben)
    assert 'name="given"' not in bens.get(of(asked)).content.decode()
    chosen = {"body_text": "My words", "reply_to": "given", "given": "home@example.org"}
    response = bens.post(of(asked, "/replies"), chosen)
    assert (response.status_code, "My words" in response.content.decode()) == (422, True)


def test_a_refused_answer_shows_the_newer_wish_and_keeps_the_words(client_of, ben, asked):
    changed(newest(asked), recipients={"reply_to": [{"name": "", "email": "work@example.org"}]})
    chosen = {"body_text": "My words", "reply_to": "given", "given": "home@example.org"}
    page = client_of(ben).post(of(asked, "/replies"), chosen)
    text = page.content.decode()
    assert page.status_code == 422
    assert 'name="given" value="work@example.org"' in text
    assert "My words" in text


def test_earlier_pages_of_the_conversation_offer_the_wish_of_the_newest_mail(client_of, ben, asked):
    first = newest(asked)
    for number in range(31):
        last = make_message(asked, body=f"Message {number}")
    changed(last, recipients={"reply_to": [{"name": "", "email": "work@example.org"}]})
    with account_scope(asked.account_id):
        boundary = Message.objects.filter(ticket=asked).order_by("at", "id")[2]
    page = client_of(ben).get(of(asked), {"before": str(boundary.pk)}).content.decode()
    assert f"m-{first.pk}" in page
    assert 'name="given" value="work@example.org"' in page
