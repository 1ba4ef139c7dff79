"""Contract 15: the chain of what happened. A flipped byte is found where it is, in whatever column; an end that is cut
off is found by its anchor; erasing a person breaks nothing, for the chain never held them.
"""

import psycopg
import pytest
from django.db import models

from steward.events.actions import record
from steward.events.chain import Why, head
from steward.events.models import Event, Read
from steward.people.access import actor_of
from steward.privacy.audit.reads import note_read, write_reads
from steward.privacy.audit.upkeep import anchor_everywhere
from steward.privacy.audit.verifying import verify
from steward.privacy.erasure.actions import plan_erasure
from steward.privacy.erasure.actions.at_once import erase_at_once
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing import environment
from steward.testing.tickets import make_ticket

pytestmark = pytest.mark.django_db(transaction=True)

# One bit of a value, or what is nearest to one, by the kind of the column: a column that is added is tried, too.
FLIPPED = {
    models.UUIDField: "(translate(left({0}::text, 1), '01234567', '10325476') || substr({0}::text, 2))::uuid",
    models.ForeignKey: "(SELECT id FROM tenancy_account WHERE id <> account_id LIMIT 1)",
    models.TextField: "chr(ascii({0}) # 1) || substr({0}, 2)",
    models.DateTimeField: "{0} + interval '1 microsecond'",
    models.JSONField: "replace({0}::text, 'bin', 'bio')::jsonb",
    models.BinaryField: "set_byte({0}, 0, get_byte({0}, 0) # 1)",
    models.BigIntegerField: "{0} # 4096",
}
COLUMNS = [(model, field) for model in (Event, Read) for field in model._meta.local_concrete_fields]


def as_owner_of_the_database(statement):
    """What it changed, and how it was: the first row of its answer."""
    with psycopg.connect(environment.login("owner", environment.database_name())) as owner:
        return owner.execute(statement).fetchone()


@pytest.fixture
def middle(northwind, contoso, ada):
    """The positions of an entry and of a read with others around them, both checked and anchored."""
    for _ in range(60):  # more than any other account has: no place is taken there
        with account_scope(northwind.id):
            record("ticket.purged", northwind, actor=actor_of(ada), changes={"reason": "bin"})
            note_read("ticket.read", northwind, actor=actor_of(ada))
    write_reads()
    anchor_everywhere()
    with account_scope(northwind.id):
        return {Event: head().position - 3, Read: 57}


@pytest.mark.timeout(120)
def test_a_flipped_byte_is_found_where_it_is(northwind, middle):
    assert verify(northwind.id, is_whole=True).first is None
    for model, field in COLUMNS:
        at, column = middle[model], field.column
        table, where = model._meta.db_table, f"account_id = '{northwind.id}' AND position = {at}"
        [before] = as_owner_of_the_database(f"SELECT {column}::text FROM {table} WHERE {where}")
        assert before, f"{model.__name__}.{column} has nothing to flip"
        flipped = FLIPPED[type(field)].format(column)
        [there] = as_owner_of_the_database(f"UPDATE {table} SET {column} = {flipped} WHERE {where} RETURNING ctid")
        outcome = verify(northwind.id, is_whole=True)
        found = outcome.fault if model is Event else outcome.reads
        assert found, f"{model.__name__}.{column} may be changed unseen"
        assert found.position == at, f"{model.__name__}.{column}: {found}"
        as_owner_of_the_database(f"UPDATE {table} SET {column} = '{before}' WHERE ctid = '{there}' RETURNING 1")
    assert verify(northwind.id, is_whole=True).first is None, "everything is as it was"


def test_an_end_that_is_cut_off_is_found_by_its_anchor(northwind, middle):
    with account_scope(northwind.id):
        end = head().position
    as_owner_of_the_database(
        f"DELETE FROM events_event WHERE account_id = '{northwind.id}' AND position = {end} RETURNING id"
    )
    as_owner_of_the_database(
        "UPDATE events_eventclock c SET (position, chain) = (SELECT position, chain FROM events_event e"
        " WHERE e.account_id = c.account_id ORDER BY position DESC LIMIT 1)"
        f" WHERE account_id = '{northwind.id}' RETURNING id"
    )
    found = verify(northwind.id, is_whole=True).fault
    assert found
    assert (found.position, found.why) == (end, Why.CUT)


def test_erasing_a_person_breaks_nothing(northwind, eli, farah, ada):
    ticket = make_ticket(eli)
    make_ticket(farah)
    with account_scope(northwind.id):
        record("ticket.tagged", ticket, actor=actor_of(ada), changes={"tag": str(ticket.pk)})
    anchor_everywhere()
    before = verify(northwind.id, is_whole=True)
    with account_scope(northwind.id):
        said = Event.objects.filter(object_id=ticket.pk)
        assert said.filter(changes__isnull=False).count() == said.count() > 0
        extent = person_by_address(eli.addresses.get().value).extent
        assert plan_erasure(extent, actor=actor_of(ada)).planned["events.changes"]
        erase_at_once(extent, actor=actor_of(ada))
    with account_scope(northwind.id):
        assert not said.filter(changes__isnull=False).exists(), "what was said is gone"
        assert said.exists(), "that it happened is not"
    after = verify(northwind.id, is_whole=True)
    assert (before.first, after.first) == (None, None)
    assert after.head.position > before.head.position
