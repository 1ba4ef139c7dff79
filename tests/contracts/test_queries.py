"""Contract 14: pages cost the same for more rows, page by key, and read through an index."""

import re

import pytest
from django.db import connection

from steward.contacts.actions import contacts_for
from steward.tenancy.scope import account_scope
from steward.testing.plans import scans
from steward.testing.queries import assert_same_queries_for_more_rows, queries_of
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket, make_tickets
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

VIEWS = ["all", "mine", "unassigned", *(f"status:{status.value}" for status in Status)]
LISTS = ["/console/", *(f"/console/?view={view}" for view in VIEWS), "/console/changes", "/console/search?q=paper",
         "/console/search?q=northwind", "/console/search?q=eli", "/console/search?q=ex",
         "/console/palette?q=paper", "/console/palette?q=example",
         "/console/notifications", "/console/notifications/bell"]  # fmt: skip


def two_files():
    return [NewAttachment(name, name.encode(), "text/plain") for name in ("a.txt", "b.txt")]


@pytest.fixture
def fill(northwind, eli, farah, ben, ada, support, billing):
    """Tickets of every status, by several customers, in both departments, with and without an assignee."""

    def fill(number):
        with account_scope(northwind.id):
            strangers = list(contacts_for({f"s{n}.{number}@example.com": f"Sam {n}" for n in range(3)}).values())
            tickets = make_tickets([eli, farah, *strangers], departments=[support, billing], number=number)
            for n, status in enumerate(Status):
                mine = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets[n :: len(Status)]])
                mine.update(status=status, assignee=[None, ben, ada][n % 3])

    return fill


@pytest.mark.parametrize("page", LISTS)
def test_a_list_costs_the_same_for_more_tickets(page, fill, client_of, ada):
    browser = client_of(ada)
    fill(2 * len(Status))

    def look():
        assert browser.get(page).status_code == 200

    assert_same_queries_for_more_rows(look, lambda: fill(3 * len(Status)))


@pytest.mark.parametrize(("page", "most"), [("/console/", 15), ("/console/tickets/{code}", 25)])
def test_a_page_makes_few_queries(page, most, fill, client_of, ada, northwind):
    browser = client_of(ada)
    fill(2 * len(Status))
    with account_scope(northwind.id):
        address = page.format(code=Ticket.objects.filter(status=Status.OPEN)[0].code)
    browser.get(address)
    asked = [query for query in queries_of(lambda: browser.get(address)) if "SAVEPOINT" not in query]
    # The scope is opened by a statement of its own; closing it is one only within the transaction of a test.
    assert len(asked) - 1 <= most, "\n".join(asked)


@pytest.mark.parametrize("tail", ["", "/changes"])
def test_a_ticket_costs_the_same_for_more_messages(tail, client_of, ben, eli, farah, run_jobs):
    ticket = make_ticket(eli, attachments=two_files())
    browser = client_of(ben)

    def talk(times=1):
        for _ in range(times):
            make_message(ticket, attachments=two_files())
            make_message(ticket, sender=farah)
            make_note(ticket, ben)
            make_reply(ticket, ben)
            make_ticket(eli)
            run_jobs("email.send")

    def look():
        assert browser.get(f"/console/tickets/{ticket.code}{tail}").status_code == 200

    talk()
    assert_same_queries_for_more_rows(look, lambda: talk(3))


def test_one_query_more_is_found(northwind, fill):
    fill(2)

    def careless():
        with account_scope(northwind.id):
            return [ticket.requester.name for ticket in Ticket.objects.all()]

    with pytest.raises(AssertionError, match=r"4 times instead of 2: SELECT .*contacts_contact"):
        assert_same_queries_for_more_rows(careless, lambda: fill(2))


@pytest.mark.parametrize("page", LISTS)
def test_a_list_reads_through_an_index(page, fill, client_of, ada, northwind, as_if_large):
    fill(2)
    browser = client_of(ada)
    queries = queries_of(lambda: browser.get(page))
    assert scans(northwind, queries) == []


def test_whether_anybody_answered_is_not_asked_of_every_message(fill, client_of, ada, northwind, as_if_large):
    """An account that has a million messages and no answer would read them all, by whatever index."""
    fill(2)
    browser = client_of(ada)
    [asked] = [query for query in queries_of(lambda: browser.get("/console/")) if "'outgoing'" in query]
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked}")
        assert "tickets_message_answer" in str(cursor.fetchall())


def test_a_ticket_reads_through_an_index(client_of, ben, eli, northwind, as_if_large, run_jobs):
    ticket = make_ticket(eli, attachments=two_files())
    make_reply(ticket, ben)
    run_jobs("email.send")
    browser = client_of(ben)
    queries = queries_of(lambda: browser.get(f"/console/tickets/{ticket.code}"))
    assert scans(northwind, queries) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM tickets_ticket WHERE subject = 'x'",
        "SELECT count(*) FROM tickets_message",
        "SELECT * FROM tickets_ticket ORDER BY subject LIMIT 50",
        "SELECT * FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id ORDER BY m.at DESC LIMIT 50",
    ],
)
def test_a_scan_is_found(query, northwind, eli, as_if_large):
    make_ticket(eli)
    assert scans(northwind, [query])


def test_pages_of_the_list_hold_each_ticket_once(fill, client_of, ada):
    fill(150)
    browser = client_of(ada)
    seen, page = [], "/console/"
    while page:
        html = browser.get(page).content.decode()
        seen += re.findall(r'href="/console/tickets/([A-Z]{3}-\d{5})', html)
        onward = re.search(r'href="(/console/\?[^"]*after=[^"]+)"', html)
        page = onward and onward.group(1).replace("&amp;", "&")
    hidden = len([n for n in range(150) if list(Status)[n % len(Status)] in (Status.SPAM, Status.DELETED)])
    assert len(set(seen)) == 150 - hidden
