"""Rows of a terminated account are for the steps of its life and the installation's upkeep, and for nobody else."""

import re
from pathlib import Path

import pytest
from django.db import connection, transaction

import steward
from steward.lib.actor import SYSTEM
from steward.lifecycle.suspension import reopen_account, suspend_account, terminate_account
from steward.tenancy.models import Account
from steward.tenancy.scope import SealedAccount, account_scope, upkeep_scope
from steward.testing.cast import contact
from steward.testing.life_samples import note_order_by_letter
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db
ALL = re.compile(r"\bAccount\.objects\.(?:values_list|order_by|all\(|filter\(pk__in|exclude)")
# Files that look through accounts and enter some by `account_scope`, and why no sealed one is among these.
ONLY_OPEN_ONES = {
    "outbox/delivery.py": "asks for the slug of one",
    "privacy/agreements/actions/ending.py": "passes over terminated ones",
    "privacy/agreements/telling.py": "passes over terminated ones",
    "privacy/subprocessors/notice_tasks.py": "passes over terminated ones",
    "project/commands/agent.py": "passes over all but active ones",
    "project/commands/account.py": "lists them; one that is named is entered",
}


@pytest.fixture
def sealed(northwind):
    with account_scope(northwind.id):
        make_ticket(contact(northwind.id, "Eli"))
    for step in (suspend_account, terminate_account):
        assert step(northwind, actor=SYSTEM)
    return northwind


def count(**settings):
    """How many tickets the database itself shows with these settings, and how many it lets go of."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [f"steward.{name}", str(value)])
        cursor.execute("SELECT count(*) FROM tickets_ticket")
        shown = cursor.fetchone()[0]
        cursor.execute("UPDATE tickets_ticket SET subject = subject")
        return shown, cursor.rowcount


def test_the_database_shows_and_takes_nothing(sealed, contoso):
    assert count(account=sealed.id) == (0, 0)
    assert count(account=sealed.id, unsealed="") == (0, 0)
    assert count(account=sealed.id, unsealed=contoso.id) == (0, 0), "the entrance to another account"
    shown, written = count(account=sealed.id, unsealed=sealed.id)
    assert shown == written > 0


def test_an_open_account_needs_no_such_word(northwind):
    """A process of the version before would take every stored file for one that no row names."""
    with account_scope(northwind.id):
        make_ticket(contact(northwind.id, "Eli"))
    assert count(account=northwind.id)[0] > 0


def test_a_scope_says_so_and_is_no_empty_answer(sealed):
    with pytest.raises(SealedAccount), account_scope(sealed.id):
        pass
    with upkeep_scope(sealed.id):
        assert Ticket.objects.exists()


def test_others_and_suspended_accounts_are_as_before(sealed, contoso):
    suspend_account(contoso, actor=SYSTEM)
    with account_scope(contoso.id):
        list(Ticket.objects.all())
    with pytest.raises(SealedAccount), account_scope(sealed.id):
        pass
    with account_scope(contoso.id):
        list(Ticket.objects.all())


def test_opening_it_again_breaks_the_seal(sealed):
    note_order_by_letter(sealed)
    assert reopen_account(sealed, actor=SYSTEM)
    with account_scope(sealed.id):
        assert Ticket.objects.exists()
    assert Account.objects.get(pk=sealed.pk).state == "active"


def test_who_goes_through_all_accounts_is_not_stopped_by_a_sealed_one():
    """One terminated account would end the upkeep of all others."""
    root = Path(steward.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if ALL.search(text := path.read_text()) and re.search(r"\baccount_scope\(", text)
    }
    assert {each for each in found if each.partition("/")[0] not in {"testing", "bench", "demo"}} == set(ONLY_OPEN_ONES)
