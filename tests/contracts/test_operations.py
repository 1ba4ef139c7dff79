"""What the back office can see across accounts: counts and codes, and who may ask for them."""

import psycopg
import pytest

from steward.tenancy.models import account_owned_models
from steward.testing import environment

# Function -> the columns it gives. A new column is a decision: it must name nobody and hold nothing anybody wrote.
RETURNED = {
    "operations_mail": ["account_id", "state", "reason", "by_relay", "mails", "since"],
    "operations_mail_totals": ["state", "mails"],
    "operations_notices": ["accounts", "people", "mails", "undelivered"],
    "operations_forget_acts": None,  # a number alone: how much of the operators' log was forgotten
}


@pytest.fixture
def catalogue(django_db_setup):
    with psycopg.connect(environment.maintenance(environment.database_name())) as connection:
        yield connection
        connection.rollback()


def test_functions_across_accounts_give_counts_and_codes(catalogue):
    query = """SELECT proname::text, (SELECT array_agg(name ORDER BY place) FROM unnest(proargnames, proargmodes)
                 WITH ORDINALITY AS argument (name, mode, place) WHERE mode = 't')
               FROM pg_proc WHERE proname LIKE 'operations\\_%'"""
    assert dict(catalogue.execute(query).fetchall()) == RETURNED


@pytest.mark.parametrize("right", ["SELECT", "INSERT", "UPDATE"])
def test_the_operations_role_reads_no_column_of_an_account(catalogue, right):
    tables = [model._meta.db_table for model in account_owned_models()]
    query = """SELECT attrelid::regclass || '.' || attname FROM pg_attribute
                WHERE attrelid = ANY (%s::regclass[]) AND attnum > 0 AND NOT attisdropped
                  AND has_column_privilege('steward_ops', attrelid, attnum, %s)"""
    assert catalogue.execute(query, [tables, right]).fetchall() == []


@pytest.mark.parametrize("right", ["DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"])
def test_the_operations_role_has_no_other_right_on_what_accounts_own(catalogue, right):
    tables = [model._meta.db_table for model in account_owned_models()]
    query = "SELECT name FROM unnest(%s::text[]) name WHERE has_table_privilege('steward_ops', name, %s)"
    assert catalogue.execute(query, [tables, right]).fetchall() == []


def test_the_operations_role_cannot_read_messages(django_db_setup):
    with (
        psycopg.connect(environment.login("ops", environment.database_name())) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT subject FROM tickets_ticket")
