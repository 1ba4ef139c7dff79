"""Running what was queued, in the transaction of the test: a worker of its own would not see it."""

import json
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from steward.jobs import enqueue
from steward.jobs.models import Failure
from steward.lib.clock import now
from steward.tenancy.models import Account
from steward.tenancy.scope import account_in_scope, account_scope

_NEXT = """
SELECT id, task_name, args FROM procrastinate_jobs
 WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s) AND (%s = '' OR task_name = %s)
 ORDER BY priority DESC, id LIMIT 1
"""


def run_jobs(only: str = "", *, limit: int = 1000) -> int:
    """Run the jobs that are due, those they queue too; returns how many. `only` names one task.

    What a job raises reaches the test, and the job stays queued. Jobs that queue jobs for ever are an AssertionError.
    """
    if account_in_scope():
        raise AssertionError("a worker has no account in scope: call run_jobs() outside account_scope")
    for done in range(limit):
        job = _next(only)
        if job is None:
            return done
        number, task, ids = job
        app.tasks[task].func(**ids)
        _finish(number)
    raise AssertionError(f"{limit} jobs ran and there are still more")


def failed_job(account: Account, *, task: str = "email.send", error: str = "builtins.ZeroDivisionError") -> int:
    """A job of the account that was given up; returns its id."""
    with account_scope(account.id):
        number = enqueue(app.tasks[task], message=str(account.id))
    with connection.cursor() as cursor:
        for status in ("doing", "failed"):  # a trigger accepts no shorter way
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, number])
    Failure.objects.create(job_id=number, error=error, at=now())
    return number


def queued(task: str) -> list[dict[str, Any]]:
    """The arguments of the jobs of one task that wait, due or not, in the order they were queued."""
    with connection.cursor() as cursor:
        query = "SELECT args FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s ORDER BY id"
        cursor.execute(query, [task])
        return [_loaded(ids) for (ids,) in cursor.fetchall()]


def _next(only: str) -> tuple[int, str, dict[str, Any]] | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [now(), only, only])
        row = cursor.fetchone()
    return (row[0], row[1], _loaded(row[2])) if row else None


def _finish(number: int) -> None:
    with connection.cursor() as cursor:
        for status in ("doing", "succeeded"):  # a trigger accepts no shorter way
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, number])


def _loaded(ids: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(ids) if isinstance(ids, str) else ids
    return loaded
