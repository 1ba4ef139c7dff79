"""Queueing: in our transaction, with ids only, for the account in scope."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from steward.jobs import enqueue, enqueue_many, periodic, task
from steward.jobs.maintenance import bring_jobs_forward, revive_stalled_jobs
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.tenancy.scope import NoAccount, account_in_scope, account_scope
from steward.testing.jobs import queued

ran = []


@task("tests.note")
def note(account_id, *, word="", again=0):
    """Says that it ran, and where; queues itself as often as it is told."""
    ran.append((account_id, account_in_scope(), word))
    if again:
        enqueue(note, word=word, again=again - 1)


@task("tests.outside", in_scope=False)
def outside(account_id):
    ran.append((account_id, account_in_scope(), ""))


@task("tests.fail")
def fail(account_id):
    raise ZeroDivisionError


@periodic("tests.hourly", cron="0 * * * *")
def hourly():
    ran.append("hourly")


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


def words():
    return [entry[2] for entry in ran]


def test_it_runs_in_the_scope_of_the_account_that_queued_it(northwind, contoso, run_jobs):
    for account in (northwind, contoso):
        with account_scope(account.id):
            enqueue(note, word=account.slug)
    assert run_jobs() == 2
    assert ran == [(a.id, a.id, a.slug) for a in (northwind, contoso)]


def test_work_on_the_network_opens_its_own_scopes(northwind, run_jobs):
    with account_scope(northwind.id):
        enqueue(outside)
    run_jobs()
    assert ran == [(northwind.id, None, "")]


def test_without_an_account_nothing_is_queued(db):
    with pytest.raises(NoAccount):
        enqueue(note)
    assert queued("tests.note") == []


def test_what_is_rolled_back_leaves_no_job(northwind):
    with account_scope(northwind.id):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            enqueue(note)
            raise ZeroDivisionError
        enqueue(note, word="kept")
    assert [job["word"] for job in queued("tests.note")] == ["kept"]


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_there_for_others(northwind):
    with account_scope(northwind.id):
        enqueue(note)
    connection.close()
    assert len(queued("tests.note")) == 1


def test_a_job_holds_ids_only(northwind):
    some_id = new_id()
    with account_scope(northwind.id):
        enqueue(note, word=some_id)
    assert queued("tests.note") == [{"account": str(northwind.id), "word": str(some_id)}]


def test_many_are_queued_in_one_statement(northwind, run_jobs, django_assert_num_queries):
    with account_scope(northwind.id), django_assert_num_queries(1):
        numbers = enqueue_many(note, [{"word": str(n)} for n in range(20)])
    assert len(set(numbers)) == 20
    run_jobs()
    assert words() == [str(n) for n in range(20)]


def test_none_at_all_is_no_statement(northwind, django_assert_num_queries):
    with account_scope(northwind.id), django_assert_num_queries(0):
        assert enqueue_many(note, []) == []


def test_later_is_not_now(northwind, run_jobs):
    with account_scope(northwind.id):
        enqueue(note, at=now() + timedelta(hours=1), word="later")
        enqueue(note, at=now() - timedelta(hours=1), word="due")
    run_jobs()
    assert words() == ["due"]
    assert len(queued("tests.note")) == 1


def test_jobs_queue_jobs(northwind, run_jobs):
    with account_scope(northwind.id):
        enqueue(note, word="a", again=3)
    assert run_jobs() == 4


def test_jobs_without_end_are_found(northwind, run_jobs):
    with account_scope(northwind.id):
        enqueue(note, again=10**9)
    with pytest.raises(AssertionError, match="still more"):
        run_jobs(limit=5)


def test_a_failure_reaches_the_test_and_the_job_waits(northwind, run_jobs):
    with account_scope(northwind.id):
        enqueue(fail)
    with pytest.raises(ZeroDivisionError):
        run_jobs()
    assert account_in_scope() is None
    assert len(queued("tests.fail")) == 1


def test_jobs_are_run_outside_a_scope(northwind, run_jobs):
    with account_scope(northwind.id), pytest.raises(AssertionError, match="outside account_scope"):
        run_jobs()


def test_a_periodic_job_is_known_by_its_name_and_queued_once():
    made = app.tasks["tests.hourly"]
    assert made.queueing_lock == "tests.hourly"
    assert ("tests.hourly", "") in app.periodic_registry.periodic_tasks
    made.func(timestamp=0)
    assert ran == ["hourly"]


def test_no_task_of_ours_takes_a_lock():
    """A lock over a growing queue slows every worker down to a stop (measured: 440 jobs/s to 0)."""
    assert [name for name, made in app.tasks.items() if made.lock] == []


def test_a_job_begins_when_the_clock_of_a_test_says_so(northwind, clock):
    """The queue asks the database for the time, and that does not know of the test's."""
    with account_scope(northwind.id):
        enqueue(note, at=now() + timedelta(minutes=5))
    clock(4, seconds=59)
    assert bring_jobs_forward() == 0
    clock(5)
    assert bring_jobs_forward() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'tests.note'")
        assert cursor.fetchall() == [(None,)]


def test_what_a_dead_worker_had_begun_is_done_again_whatever_a_test_says_the_time_is(northwind, clock):
    clock(60 * 24 * 365 * 10)  # years ahead of the clock that the queue goes by
    with account_scope(northwind.id):
        enqueue(note)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
            " WHERE task_name = 'tests.note'"
        )
        assert revive_stalled_jobs() == 1
        cursor.execute("SELECT status, scheduled_at <= now() + interval '1 minute' FROM procrastinate_jobs")
        assert ("todo", True) in cursor.fetchall()
