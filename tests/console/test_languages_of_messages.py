"""What people write says in which language it is, where that is known: a screen reader takes the right voice."""

import re

import pytest

from steward.tenancy.models import Account
from steward.testing.letters import receive, written
from steward.testing.tickets import make_note, make_reply

DANISH = "Hej, fire af de 20 sække fra sidste uge var våde, da de kom frem til os."
POLISH = "Dzień dobry, kurier zostawił przesyłkę w punkcie odbioru, a nie w firmie."


@pytest.fixture
def come(support_mail):
    """`come(text=...)`: the message that a mail became."""

    def come(**mail):
        [came] = receive(support_mail, written(support_mail.address, **mail))
        return came.message

    return come


def page_of(browser, message):
    return browser.get(f"/console/tickets/{message.ticket.code}").content.decode()


def bodies(page):
    return re.findall(r'<div class="message-body" dir="auto" (lang="[^"]*")?', page)


def test_in_the_conversation_the_heading_and_the_list(bens, come):
    page = page_of(bens, come(text=DANISH))
    assert bodies(page) == ['lang="da"']
    assert re.search(r'<h1 [^>]*lang="da"', page)
    assert re.search(r'<span class="row-text" lang="da">', page)
    assert '<html lang="en"' in page


def test_in_the_frame_of_a_mail(bens, come):
    response = bens.get(f"/console/messages/{come(html=f'<p>{POLISH}</p>').id}/body")
    assert b'<html lang="pl">' in response.content
    assert response["Content-Language"] == "pl"


def test_where_it_is_not_known_nothing_is_said(bens, come):
    assert bodies(page_of(bens, come(text="OK 123"))) == [""]
    response = bens.get(f"/console/messages/{come(html='<p>OK 123</p>').id}/body")
    assert b'<html lang="und">' in response.content


def test_of_history_nothing_is_taken(come):
    quoted = "\n".join(f"> {line}" for line in [POLISH] * 4)
    assert come(text=f"{DANISH}\n\nOn Mon, 5 Jan 2026 at 10:00, Ben wrote:\n{quoted}").language == "da"


def test_what_agents_write_is_in_its_language_else_in_that_of_the_account(bens, ben, come, northwind):
    Account.objects.filter(pk=northwind.pk).update(language="lv")
    message = come(text=DANISH)
    make_reply(message.ticket, ben, body=f"<p>{POLISH}</p>")
    make_note(message.ticket, ben, body="<p>OK 123</p>")
    assert bodies(page_of(bens, message)) == ['lang="da"', 'lang="pl"', 'lang="lv"']


def test_the_list_says_the_language_of_the_last_message(bens, ben, come):
    message = come(text=DANISH)
    make_reply(message.ticket, ben, body=f"<p>{POLISH}</p>")
    assert '<span class="row-text" lang="pl">' in page_of(bens, message)
