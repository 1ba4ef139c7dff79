"""The account scope and what it leaves behind."""

import threading
from uuid import UUID

import pytest
from django.db import connection, transaction

from steward.contacts.models import Contact
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.tenancy.scope import NoAccount, WrongAccount, account_in_scope, account_scope, current_account_id


def setting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('steward.account', true)")
        return cursor.fetchone()[0] or ""


def test_there_is_none_outside():
    assert account_in_scope() is None
    with pytest.raises(NoAccount):
        current_account_id()


def test_the_database_and_python_agree(northwind):
    with account_scope(northwind.id):
        assert current_account_id() == northwind.id == UUID(setting())
    assert (account_in_scope(), setting()) == (None, "")


def test_the_same_account_nests(northwind):
    with account_scope(northwind.id):
        with account_scope(northwind.id):
            pass
        assert current_account_id() == northwind.id == UUID(setting())


def test_two_accounts_do_not_nest(northwind, contoso):
    with account_scope(northwind.id):
        with pytest.raises(WrongAccount), account_scope(contoso.id):
            pass
        assert UUID(setting()) == northwind.id


def test_an_error_leaves_nothing_behind(northwind):
    with pytest.raises(ZeroDivisionError), account_scope(northwind.id):
        Contact.objects.create(name="half", created_at=now())
        raise ZeroDivisionError
    assert (account_in_scope(), setting()) == (None, "")
    with account_scope(northwind.id):
        assert not Contact.objects.filter(name="half").exists()


def test_an_inner_error_undoes_the_inner_part_only(northwind):
    with account_scope(northwind.id):
        Contact.objects.create(name="outer", created_at=now())
        with pytest.raises(ZeroDivisionError), account_scope(northwind.id):
            Contact.objects.create(name="inner", created_at=now())
            raise ZeroDivisionError
        assert set(Contact.objects.filter(name__in=["inner", "outer"]).values_list("name", flat=True)) == {"outer"}


@pytest.mark.django_db(transaction=True)
def test_it_must_be_the_outermost_transaction(northwind):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), account_scope(northwind.id):
        pass


@pytest.mark.django_db(transaction=True)
def test_what_runs_after_the_commit_has_no_account(northwind):
    seen = []
    with account_scope(northwind.id):
        transaction.on_commit(lambda: seen.append((account_in_scope(), setting())))
    assert seen == [(None, "")]


@pytest.mark.django_db(transaction=True)
def test_a_connection_carries_nothing_over(northwind):
    with account_scope(northwind.id):
        assert Contact.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_contact")
        assert cursor.fetchone() == (0,)


def test_a_new_thread_has_no_account(northwind):
    seen = []
    with account_scope(northwind.id):
        thread = threading.Thread(target=lambda: seen.append(account_in_scope()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_rows_take_the_account_in_scope(northwind):
    with account_scope(northwind.id):
        one = Contact.objects.create(name="one", created_at=now())
        [other] = Contact.objects.bulk_create([Contact(name="other", created_at=now(), account_id=new_id())])
    assert one.account_id == other.account_id == northwind.id


def test_an_account_that_is_none_shows_nothing(db):
    with account_scope(new_id()):
        assert not Contact.objects.exists()


def test_related_rows_ask_for_a_scope_too(eli, northwind):
    with pytest.raises(NoAccount):
        eli.addresses.count()
    with pytest.raises(NoAccount):
        eli.refresh_from_db()
    with account_scope(northwind.id):
        assert eli.addresses.count() == 1


def test_the_database_has_the_last_word(eli, contoso):
    """Whatever the manager filters by: the base queryset, unfiltered, reads one account."""
    with account_scope(contoso.id), connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET name = '' WHERE id = %s", [eli.id])
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM contacts_contact WHERE id = %s", [eli.id])
        assert cursor.rowcount == 0


def test_a_scope_may_be_rolled_back_without_an_error(northwind):
    with account_scope(northwind.id):
        Contact.objects.create(name="half", created_at=now())
        transaction.set_rollback(True)
    assert (account_in_scope(), setting()) == (None, "")
    with account_scope(northwind.id):
        assert not Contact.objects.filter(name="half").exists()
