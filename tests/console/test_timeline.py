"""The pages of a conversation: every message and every happening is on exactly one of them."""

import re

from steward.lib.actor import SYSTEM
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_message
from steward.tickets.actions import change_status
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status


def pages(browser, ticket):
    """The HTML of all pages, the newest first."""
    url, found = f"/console/tickets/{ticket.code}", []
    while url:
        found.append(browser.get(url).content.decode())
        onward = re.search(r'href="([^"]*\?before=[^"]+)"', found[-1])
        url = onward and onward.group(1)
    return found


def become(ticket, status):
    with account_scope(ticket.account_id):
        change_status(Ticket.objects.get(pk=ticket.pk), status, actor=SYSTEM)


def test_what_happened_between_two_pages_is_told_once(client_of, ben, ticket):
    for number in range(70):
        make_message(ticket, body=f"Message {number}")
        become(ticket, Status.RESOLVED)  # after each message; the next one opens it again
    found = pages(client_of(ben), ticket)
    assert len(found) == 3
    told = [re.findall(r'class="happened"', page) for page in found]
    assert sum(map(len, told)) == 70 + 69


def test_what_happened_before_the_first_message_is_on_the_oldest_page(client_of, ben, ticket):
    become(ticket, Status.RESOLVED)
    with account_scope(ticket.account_id):
        first = Message.objects.get(ticket=ticket)
        Message.objects.filter(pk=first.pk).update(at="2099-01-01T00:00Z")
        later = [Message(ticket=ticket, kind="incoming", body_text="x", at="2099-01-02T00:00Z") for _ in range(30)]
        Message.objects.bulk_create(later)
    newest, oldest = pages(client_of(ben), ticket)
    assert "resolved it" not in newest
    assert "resolved it" in oldest


def test_messages_of_one_moment_are_on_one_page_each(client_of, ben, ticket):
    with account_scope(ticket.account_id):
        same = [Message(ticket=ticket, kind="incoming", body_text="x", at="2099-01-02T00:00Z") for _ in range(95)]
        Message.objects.bulk_create(same)
    shown = [set(re.findall(r'id="m-([0-9a-f-]{36})"', page)) for page in pages(client_of(ben), ticket)]
    assert [len(page) for page in shown] == [30, 30, 30, 6]
    assert len(set.union(*shown)) == 96
