"""Other processes are told after the commit, and only then; many at once in one statement."""

import time

import psycopg
import pytest
from django.db import transaction

from steward.events import telling
from steward.events.actions import record
from steward.events.connecting import connection_string
from steward.events.telling import EVENTS, Teller
from steward.lib.actor import SYSTEM
from steward.tenancy.scope import account_scope


@pytest.fixture
def ear(transactional_db):
    """`ear(seconds)`: what was told within that time, as pairs of channel and payload."""
    with psycopg.connect(connection_string(), autocommit=True) as listening:
        listening.execute(f"LISTEN {EVENTS}")
        yield lambda seconds=2.0, most=1: [
            (notice.channel, notice.payload) for notice in listening.notifies(timeout=seconds, stop_after=most)
        ]


def test_a_commit_is_told_with_the_account_and_nothing_else(ear, northwind):
    with account_scope(northwind.id):
        record("ticket.resolved", northwind, actor=SYSTEM)
    assert ear() == [(EVENTS, str(northwind.id))]


def test_nothing_is_told_before_the_commit_or_after_a_rollback(ear, northwind):
    with account_scope(northwind.id):
        record("ticket.resolved", northwind, actor=SYSTEM)
        assert ear(0.2) == []
        transaction.set_rollback(True)
    assert ear(0.3) == []


def test_many_at_once_are_few_statements(ear, northwind, monkeypatch):
    statements, notify = [], telling._notify

    def noted(connection, told):
        statements.append(told)
        notify(connection, told)

    monkeypatch.setattr(telling, "_notify", noted)
    monkeypatch.setattr(telling, "PAUSE", 0.2)
    teller = Teller()
    for _ in range(500):
        teller.tell(EVENTS, northwind.id)
    assert ear()
    time.sleep(0.3)
    assert len(statements) <= 3


def test_a_connection_that_broke_is_made_anew(ear, northwind):
    teller = Teller()
    teller.tell(EVENTS, northwind.id)
    assert ear()
    with psycopg.connect(connection_string(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()"
        )
    teller.tell(EVENTS, northwind.id)
    assert ear()


def test_finishing_tells_what_is_left_and_ends_the_thread(ear, northwind):
    teller = Teller()
    teller.tell(EVENTS, northwind.id)
    thread = teller._thread
    teller.finish()
    assert not thread.is_alive()
    assert ear() == [(EVENTS, str(northwind.id))]


def test_what_is_told_after_the_end_begins_anew(ear, northwind):
    teller = Teller()
    teller.finish()
    for _ in range(2):
        teller.tell(EVENTS, northwind.id)
        assert ear() == [(EVENTS, str(northwind.id))]
        teller.finish()
