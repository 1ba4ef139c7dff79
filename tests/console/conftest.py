"""What the tests of the console share: a ticket of Eli's, Ben who works on it, and where it is."""

import pytest

from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.models import Message, Ticket


@pytest.fixture
def ticket(eli):
    return make_ticket(eli)


@pytest.fixture
def bens(client_of, ben):
    return client_of(ben)


@pytest.fixture
def path(ticket):
    return f"/console/tickets/{ticket.code}"


@pytest.fixture
def of(path):
    """`of("replies")`: the address below the ticket."""
    return lambda tail="": f"{path}/{tail}".rstrip("/")


@pytest.fixture
def inside(northwind):
    """Whatever is asked in the account."""

    def ask(question):
        with account_scope(northwind.id):
            return question()

    return ask


@pytest.fixture
def again(ticket, inside):
    """`again()`: the ticket as it is by now."""
    return lambda: inside(lambda: Ticket.objects.select_related("assignee", "department").get(pk=ticket.pk))


@pytest.fixture
def kinds(ticket, inside):
    """`kinds()`: the kinds of the ticket's messages, oldest first."""
    return lambda: inside(
        lambda: list(Message.objects.filter(ticket=ticket).order_by("at").values_list("kind", flat=True))
    )
