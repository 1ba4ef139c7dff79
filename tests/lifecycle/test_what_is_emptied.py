"""Which tables an account is taken out of: all of them, in an order that holds, by the one way there is."""

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from steward.lifecycle.departing.tables import STAYS, Edge, emptied_in_this_order, naming_tables, owned_tables
from steward.tenancy.scope import upkeep_scope
from steward.tenancy.shared_tables import REASONS

pytestmark = pytest.mark.django_db


def test_rows_go_by_that_function_alone_and_only_of_an_account_that_leaves(northwind, contoso):
    refused = pytest.raises(DatabaseError, match="not being deleted")
    with upkeep_scope(northwind.id), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lifecycle_delete_rows('tickets_ticket', %s, 10)", [UUID(int=0)])


def test_references_are_emptied_before_what_they_refer_to():
    edges = [Edge("message", "ticket", False), Edge("ticket", "contact", False), Edge("ticket", "message", True)]
    assert emptied_in_this_order(["contact", "message", "ticket"], edges) == ["message", "ticket", "contact"]
    with pytest.raises(RuntimeError):
        emptied_in_this_order(["a", "b"], [Edge("a", "b", False), Edge("b", "a", False)])


def test_every_table_that_names_an_account_goes_or_says_why_it_stays():
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'account_id' "
                       "AND table_schema = 'public'")  # fmt: skip
        named = {name for (name,) in cursor.fetchall()}
    assert set(STAYS) <= named
    assert named == {*owned_tables(), *naming_tables(), *STAYS}
    assert set(REASONS).isdisjoint(owned_tables())


# References that no index finds. Each is from a table of which an account has a handful of rows: what refers to a
# ticket, a message or a file has to be found by an index, or deleting an account of many takes hours.
_SMALL = {
    "agreements_agreement", "brand_brand", "email_mailaccount", "people_departmentmembership", "people_invitation",
    "subprocessors_noticedelivery", "support_access_supportgrant", "tickets_draft",
}  # fmt: skip


_WITHOUT_INDEX = """
SELECT DISTINCT k.conrelid::regclass::text FROM pg_constraint k
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'account_id'
 WHERE k.contype = 'f' AND cardinality(k.conkey) = 2 AND NOT EXISTS (
   SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = a.attnum
      AND i.indkey[1] = ANY (k.conkey) AND i.indkey[1] <> a.attnum)
"""


def test_what_refers_to_much_is_found_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_INDEX)
        assert {name for (name,) in cursor.fetchall()} <= _SMALL
