"""The order, the chain and the erasure of events, against the database and its concurrency."""

import random
import threading
import time
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from steward.events.actions import Happening, digest_of, record, record_many
from steward.events.chain import faults, link
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.tenancy.scope import account_scope
from steward.testing import environment

pytestmark = pytest.mark.usefixtures("any_keys")
with_commits = pytest.mark.django_db(transaction=True)


def positions(account):
    with account_scope(account.id):
        return list(Event.objects.order_by("position").values_list("position", flat=True))


def broken(account):
    with account_scope(account.id):
        return list(faults())


def record_some(account, number, *, kind="ticket.resolved"):
    with account_scope(account.id):
        for n in range(number):
            record(kind, account, actor=SYSTEM, changes={"n": n, "name": "Ł", "list": [1.5, None, True]})


class Writers:
    """Threads that commit, and roll back, at random moments in two accounts."""

    def __init__(self, accounts, *, threads=6, rounds=12):
        self.accounts, self.rounds, self.committed = accounts, rounds, 0
        self.lock, self.faults = threading.Lock(), []
        self.threads = [threading.Thread(target=self.write, args=(seed,)) for seed in range(threads)]

    def write(self, seed):
        chance = random.Random(seed)
        try:
            for _ in range(self.rounds):
                self.write_once(chance)
        except Exception as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def write_once(self, chance):
        account, number, fails = chance.choice(self.accounts), chance.randint(1, 3), chance.random() < 0.15
        with account_scope(account.id):
            for n in range(number):
                record("ticket.resolved", account, actor=SYSTEM, changes={"n": n})
            time.sleep(chance.random() * 0.01)
            transaction.set_rollback(fails)
        if not fails:
            with self.lock:
                self.committed += number

    def run(self, meanwhile):
        for thread in self.threads:
            thread.start()
        while any(thread.is_alive() for thread in self.threads):
            meanwhile()
        for thread in self.threads:
            thread.join()
        assert self.faults == []


@with_commits
def test_positions_are_gapless_in_commit_order_and_nothing_is_missed(northwind, contoso):
    accounts = [northwind, contoso]
    first = {account: len(positions(account)) for account in accounts}
    seen = {account: [] for account in accounts}

    def read():
        for account in accounts:
            last = (seen[account] or [first[account]])[-1]
            with account_scope(account.id):
                new = Event.objects.filter(position__gt=last).order_by("position").values_list("position", flat=True)
                seen[account].extend(new)

    writers = Writers(accounts)
    writers.run(meanwhile=read)
    read()
    for account in accounts:
        # Whoever asked for "after N" all the time has seen each event once, in order: none came late.
        assert seen[account] == list(range(first[account] + 1, first[account] + 1 + len(seen[account])))
        assert positions(account) == list(range(1, first[account] + 1 + len(seen[account])))
        assert broken(account) == []
    assert sum(map(len, seen.values())) == writers.committed > 0


def test_the_chain_verifies(northwind, settle):
    record_some(northwind, 5)
    with account_scope(northwind.id):
        settle()
    assert len(positions(northwind)) > 5
    assert broken(northwind) == []
    with account_scope(northwind.id):
        *_, before, last = Event.objects.order_by("position")
    fixed = (
        last.position,
        last.id,
        last.account_id,
        last.kind,
        last.object_type,
        last.object_id,
        last.actor_kind,
        None,
    )
    assert link(bytes(before.chain), fixed, last.at, bytes(last.digest)) == bytes(last.chain)


@with_commits
def test_the_events_of_a_transaction_are_numbered_in_their_order(northwind):
    before = len(positions(northwind))
    with account_scope(northwind.id):
        made = [record("ticket.resolved", northwind, actor=SYSTEM, changes={"n": 0}).pk]
        with suppress(ZeroDivisionError), transaction.atomic():
            record_some(northwind, 2)
            raise ZeroDivisionError
        made += [event.pk for event in record_many([Happening("ticket.closed", northwind)] * 50, actor=SYSTEM)]
        # An id made by a clock that was ahead: it has its turn, and the chain holds.
        early = Event.objects.get(pk=made[-1])
        early.pk, early.salt = UUID(int=7 << 76), bytes(16)
        early.digest = digest_of(early.salt, early.changes)
        Event.objects.bulk_create([early])
    with account_scope(northwind.id):
        numbers = dict(Event.objects.filter(position__gt=before).values_list("pk", "position"))
    assert [numbers[pk] for pk in made] == list(range(before + 1, before + 52))
    assert numbers[early.pk] == before + 52
    assert broken(northwind) == []


TAMPERINGS = {
    "kind": "UPDATE events_event SET kind = 'ticket.closed' WHERE position = 3",
    "object": "UPDATE events_event SET object_id = gen_random_uuid() WHERE position = 3",
    "object type": "UPDATE events_event SET object_type = 'x.y' WHERE position = 3",
    "actor": "UPDATE events_event SET actor_id = gen_random_uuid() WHERE position = 3",
    "actor kind": "UPDATE events_event SET actor_kind = 'agent' WHERE position = 3",
    "time, by a microsecond": "UPDATE events_event SET at = at + interval '1 microsecond' WHERE position = 3",
    "one bit of the digest": "UPDATE events_event SET digest = set_bit(digest, 0, 1 - get_bit(digest, 0)) "
    "WHERE position = 3",
    "one bit of the chain": "UPDATE events_event SET chain = set_bit(chain, 9, 1 - get_bit(chain, 9)) "
    "WHERE position = 3",
    "changes": "UPDATE events_event SET changes = '{\"n\": 99}' WHERE position = 3",
    "only the salt erased": "UPDATE events_event SET salt = NULL WHERE position = 3",
    "an event taken out": "DELETE FROM events_event WHERE position = 3",
    "the last event taken out": "DELETE FROM events_event WHERE position = "
    "(SELECT position FROM events_eventclock c WHERE c.account_id = events_event.account_id)",
    "two events swapped": "UPDATE events_event SET position = CASE position WHEN 3 THEN -4 ELSE -3 END "
    "WHERE position IN (3, 4); UPDATE events_event SET position = -position WHERE position < 0",
}


def tamper(statements):
    """As who has the database's own login."""
    with psycopg.connect(environment.login("owner", environment.database_name())) as owner:
        for statement in statements.split(";"):
            owner.execute(statement)


@with_commits
@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_was_tampered_with_is_found(northwind, statements):
    record_some(northwind, 5)
    assert broken(northwind) == []
    tamper(statements)
    assert broken(northwind)
    assert (broken(northwind)[0].position == 3) == ("position = 3" in statements or "IN (3, 4)" in statements)


@with_commits
def test_erasure_keeps_the_chain(northwind):
    record_some(northwind, 5)
    with account_scope(northwind.id):
        assert Event.objects.filter(position__in=[2, 3]).update(changes=None, salt=None) == 2
    assert broken(northwind) == []


def test_two_accounts_have_two_chains(northwind, contoso, settle):
    for account in (northwind, contoso):
        record_some(account, 2)
    settle()
    for account in (northwind, contoso):
        assert positions(account) == list(range(1, len(positions(account)) + 1))
        assert broken(account) == []


FORBIDDEN = {
    "kind": "UPDATE events_event SET kind = 'x'",
    "position": "UPDATE events_event SET position = 1",
    "digest": "UPDATE events_event SET digest = ''",
    "delete": "DELETE FROM events_event",
    "truncate": "TRUNCATE events_event",
    "clock": "UPDATE events_eventclock SET position = 0",
    "clock's row": "DELETE FROM events_eventclock",
    "trigger off": "ALTER TABLE events_event DISABLE TRIGGER number_event",
    "replica": "SET session_replication_role = replica",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_application_can_only_append(northwind, statement):
    with account_scope(northwind.id), pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        run_in_savepoint(statement)


def run_in_savepoint(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_cannot_give_positions_itself(northwind, settle):
    """What it writes into `position` and `chain` is overwritten at COMMIT."""
    with account_scope(northwind.id):
        event = record("ticket.resolved", northwind, actor=SYSTEM)
        Event.objects.bulk_create([copy_of(event, position=1_000_000)])
        settle()
        assert broken(northwind) == []
        assert max(positions(northwind)) < 1_000_000


def copy_of(event, **changed):
    fields = {f.attname: getattr(event, f.attname) for f in Event._meta.local_fields if f.name != "id"}
    return Event(**fields | changed)
