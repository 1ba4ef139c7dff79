"""Rows that are locked may still be referred to: whoever tags a ticket never waits in a ring with who changes it."""

import ast
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection

import steward
from steward.lib.actor import SYSTEM
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.actions.statuses import resolve_ticket
from steward.tickets.actions.tagging import tag_named, tag_ticket
from steward.tickets.models import Ticket, TicketTag
from steward.tickets.statuses import Status

SOURCES = Path(steward.__file__).parent
# Locked against new references, too, as the rows go.
DELETING = {
    "people/actions/members.py": 1,
    "privacy/retention/actions/letting_go.py": 1,
    "tickets/actions/taking_back.py": 1,
}


def locks_of_keys(source):
    """How many locks of a source keep others from referring to the rows."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    locks = (call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "select_for_update")
    return sum("no_key" not in {keyword.arg for keyword in lock.keywords} for lock in locks)


def test_a_row_is_locked_without_its_key():
    """A reference is checked at the commit, when its transaction holds the locks of all it wrote."""
    found = {str(path.relative_to(SOURCES)): locks_of_keys(path.read_text()) for path in SOURCES.rglob("*.py")}
    assert {path: number for path, number in found.items() if number} == DELETING


@pytest.mark.django_db(transaction=True)
def test_a_ticket_gets_a_new_tag_while_its_status_changes(northwind, eli):
    """The tag's event holds the account's clock when the tag's row is checked for its ticket; the status wants both."""
    with account_scope(northwind.id):
        ticket = make_ticket(eli)
    is_locked, is_tagged = Event(), Event()
    resolving = Thread(target=resolve, args=(northwind, ticket, is_locked, is_tagged))
    with account_scope(northwind.id):
        tag_ticket(ticket, tag_named("urgent", actor=SYSTEM), actor=SYSTEM)
        resolving.start()
        is_locked.wait()
    is_tagged.set()
    resolving.join()
    with account_scope(northwind.id):
        assert Ticket.objects.get(pk=ticket.pk).status == Status.RESOLVED
        assert TicketTag.objects.filter(ticket=ticket).exists()


def resolve(account, ticket, is_locked, is_tagged):
    with account_scope(account.id):
        resolve_ticket(ticket, actor=SYSTEM)
        is_locked.set()
        while not is_tagged.wait(0.01) and not somebody_waits():
            pass
    connection.close()


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
