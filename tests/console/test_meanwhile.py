"""Two people answer the same ticket at once: the second one is told, and sends all the same if they want to."""

import re
from datetime import timedelta

import pytest

from steward.lib.clock import now
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets.models import Message

READ_TO = re.compile(r'name="read_to" value="([^"]+)"')


@pytest.fixture
def ticket(eli):
    return make_ticket(eli)


@pytest.fixture
def send(client_of, ben, ticket):
    bens, path = client_of(ben), f"/console/tickets/{ticket.code}"

    def send(read_to=None):
        fields = {"body_html": "<p>It is on the way.</p>"} | ({"read_to": read_to} if read_to else {})
        return bens.post(f"{path}/replies", fields)

    send.read_to = lambda: READ_TO.search(bens.get(path).content.decode())[1]
    return send


def answers(ticket):
    with account_scope(ticket.account_id):
        return Message.objects.filter(ticket=ticket, kind=Message.Kind.OUTGOING).count()


def test_nothing_is_sent_before_the_other_answer_was_read(send, ticket, ada):
    read_to = send.read_to()
    make_reply(ticket, ada)
    refused = send(read_to)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Ada answered just now, while you wrote." in page
    assert "It is on the way." in page, "what was written is kept"
    assert answers(ticket) == 1
    assert send(READ_TO.search(page)[1]).status_code == 303
    assert answers(ticket) == 2


def test_the_age_of_the_answer_is_told(send, ticket, ada):
    read_to = send.read_to()
    for passed, words in (
        (timedelta(minutes=1), "Ada answered 1 minute ago, while you wrote."),
        (timedelta(minutes=7), "Ada answered 7 minutes ago, while you wrote."),
        (timedelta(days=30), "Ada answered while you wrote ("),
    ):
        answer = make_reply(ticket, ada)
        with account_scope(ticket.account_id):
            Message.objects.filter(ticket=ticket).exclude(pk=answer.pk).update(at=now() - timedelta(days=60))
            Message.objects.filter(pk=answer.pk).update(at=now() - passed)
        assert words in send(read_to).content.decode()
        with account_scope(ticket.account_id):
            Message.objects.filter(pk=answer.pk).delete()


@pytest.mark.parametrize("happens", ["own answer", "note", "customer", "nothing"])
def test_only_answers_of_colleagues_hold_one_up(happens, send, ticket, ada, ben):
    read_to = send.read_to()
    if happens == "own answer":
        make_reply(ticket, ben)
    elif happens == "note":
        make_note(ticket, ada)
    elif happens == "customer":
        make_message(ticket)
    assert send(read_to).status_code == 303


def test_an_answer_that_was_on_the_page_holds_nobody_up(send, ticket, ada):
    make_reply(ticket, ada)
    assert send(send.read_to()).status_code == 303


def test_a_form_that_says_nothing_is_sent(send, ticket, ada):
    make_reply(ticket, ada)
    assert send().status_code == 303


def test_a_message_of_another_ticket_says_nothing(send, ticket, ada, eli):
    other = make_reply(make_ticket(eli), ada)
    make_reply(ticket, ada)
    assert send(str(other.id)).status_code == 303


def test_older_pages_of_a_conversation_know_the_newest_message(client_of, ben, ticket):
    newest = make_message(ticket)
    page = client_of(ben).get(f"/console/tickets/{ticket.code}?before={newest.id}").content.decode()
    assert READ_TO.search(page)[1] == str(newest.id)
