"""General settings, and what they change about tickets."""

from datetime import timedelta

import pytest

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.letters import receive, written
from steward.testing.tickets import make_ticket
from steward.tickets.actions import change_ticket_rules, resolve_ticket
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status
from steward.tickets.upkeep import close_old_tickets

ADDRESS = "/console/settings/general"
FORM = {
    "name": "Northwind Traders",
    "language": "en",
    "time_zone": "Europe/Riga",
    "reopens_for_days": "14",
    "closes_after_days": "",
    "code_letters": "nw",
    "code_digits": "7",
}


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def ruled(account, **rules):
    with account_scope(account.id):
        change_ticket_rules(rules, actor=SYSTEM)


def test_the_form_shows_what_another_process_has_just_saved(adas, northwind):
    adas.get(ADDRESS)
    Account.objects.filter(pk=northwind.pk).update(name="Southwind", time_zone="Asia/Bangkok")
    page = adas.get(ADDRESS)
    assert page.context["form"].initial["name"] == "Southwind"
    assert page.context["form"].initial["time_zone"] == "Asia/Bangkok"


def test_the_owner_changes_them(adas, northwind, eli):
    assert adas.post(ADDRESS, FORM).status_code == 302
    account = Account.objects.get(slug="northwind")
    assert (account.name, account.time_zone) == ("Northwind Traders", "Europe/Riga")
    page = adas.get(ADDRESS).content.decode()
    assert 'value="14"' in page
    assert "NW-4821730" in page
    ticket = make_ticket(eli)
    assert ticket.code.startswith("NW-")
    assert len(ticket.code) == len("NW-0000000")


def test_an_agent_may_not(client_of, ben):
    assert client_of(ben).get(ADDRESS).status_code == 403
    assert client_of(ben).post(ADDRESS, FORM).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("language", "xx"), ("time_zone", "Mars/Base"), ("reopens_for_days", "-1"), ("code_letters", "N1")],
)
def test_bad_input_keeps_what_was_typed(adas, field, value):
    response = adas.post(ADDRESS, FORM | {field: value, "closes_after_days": "77"})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    assert 'value="77"' in page


def test_own_letters_need_enough_digits(adas):
    assert "so that the codes never run out" in adas.post(ADDRESS, FORM | {"code_digits": "5"}).content.decode()


@pytest.mark.parametrize(
    ("days", "after", "is_continued"),
    [(None, 400, True), (7, 6, True), (7, 8, False), (0, 0, False)],
)
def test_an_answer_to_a_resolved_ticket(northwind, eli, support_mail, days, after, is_continued):
    ruled(northwind, reopens_for_days=days)
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        resolve_ticket(Ticket.objects.get(pk=ticket.pk), actor=SYSTEM)
        Ticket.objects.filter(pk=ticket.pk).update(resolved_at=now() - timedelta(days=after))
    letter = written(support_mail.address, subject=f"Re: [{ticket.code}]")
    message = receive(support_mail, letter)[0].message
    assert (message.ticket_id == ticket.pk) == is_continued
    if not is_continued:
        assert message.ticket.previous_id == ticket.pk
    else:
        assert message.ticket.status == Status.OPEN


def test_the_absence_of_a_customer_opens_nothing(northwind, eli, support_mail):
    ruled(northwind, reopens_for_days=0)
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        resolve_ticket(Ticket.objects.get(pk=ticket.pk), actor=SYSTEM)
    absent = {"Auto-Submitted": "auto-replied"}
    message = receive(support_mail, written(support_mail.address, subject=f"Re: [{ticket.code}]", headers=absent))[
        0
    ].message
    assert (message.ticket_id, message.ticket.status) == (ticket.pk, Status.RESOLVED)


def test_resolved_tickets_close_when_their_days_are_over(northwind, eli):
    old, young = make_ticket(eli), make_ticket(eli)
    with account_scope(northwind.id):
        for ticket in (old, young):
            resolve_ticket(Ticket.objects.get(pk=ticket.pk), actor=SYSTEM)
        Ticket.objects.filter(pk=old.pk).update(resolved_at=now() - timedelta(days=31))
    close_old_tickets()
    ruled(northwind, closes_after_days=30)
    close_old_tickets()
    with account_scope(northwind.id):
        assert Ticket.objects.get(pk=old.pk).status == Status.CLOSED
        assert Ticket.objects.get(pk=young.pk).status == Status.RESOLVED
