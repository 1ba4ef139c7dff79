"""Declaring tasks and queueing jobs.

procrastinate's own `task.defer()` must not be used: inside a worker it goes over the worker's connection, so the job
stays when our transaction is rolled back. `enqueue` always uses Django's connection. Jobs carry ids, never content.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from procrastinate import JobContext, RetryStrategy, jobs, manager, tasks
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from steward.jobs.noting import note_failure
from steward.tenancy.scope import SealedAccount, account_scope, current_account_id

logger = logging.getLogger(__name__)

Task = tasks.Task[Any, Any, Any]

_RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)  # 4 s, 16 s, ... about a day in all


def task(
    name: str,
    *,
    queue: str = "default",
    in_scope: bool = True,
    retry: RetryStrategy | bool = _RETRY,
    priority: int = 0,
) -> Callable[[Callable[..., None]], Task]:
    """Declare work for an account. The function gets `account_id: UUID` and the ids it was queued with.

    It runs inside the account's scope; with `in_scope=False` it opens its own scopes, which work on the network must,
    so that no transaction is held while another machine is waited for. What has a higher `priority` is done first.
    """

    def declare(function: Callable[..., None]) -> Task:
        @wraps(function)
        def run(context: JobContext | None = None, /, *, account: str, **ids: Any) -> None:
            account_id = UUID(account)
            try:
                with nullcontext() if not in_scope else account_scope(account_id):
                    function(account_id, **ids)
            except SealedAccount:
                logger.info("job %s dropped: account %s is terminated", name, account_id)
            except Exception as error:
                # procrastinate tells of a failure only when it gives up: a day too late to look at.
                logger.exception("job %s failed for account %s", name, account_id)
                note_failure(context, error)
                raise

        return app.task(name=name, queue=queue, retry=retry, priority=priority, pass_context=True)(run)

    return declare


def installation_task(
    name: str, *, queue: str = "default", retry: RetryStrategy | bool = _RETRY, priority: int = 0
) -> Callable[[Callable[..., None]], Task]:
    """Declare work that belongs to no account, such as mail about an identity. It gets the ids it was queued with."""

    def declare(function: Callable[..., None]) -> Task:
        @wraps(function)
        def run(context: JobContext | None = None, /, **ids: Any) -> None:
            try:
                function(**ids)
            except Exception as error:
                logger.exception("job %s failed", name)
                note_failure(context, error)
                raise

        return app.task(name=name, queue=queue, retry=retry, priority=priority, pass_context=True)(run)

    return declare


def periodic(name: str, *, cron: str, queue: str = "default") -> Callable[[Callable[[], None]], Task]:
    """Declare work of the whole installation that is done by the clock (cron expression, UTC)."""

    def declare(function: Callable[[], None]) -> Task:
        @wraps(function)
        def run(context: JobContext | None = None, /, *, timestamp: int) -> None:
            try:
                function()
            except Exception as error:
                note_failure(context, error)
                raise

        made: Task = app.task(name=name, queue=queue, retry=False, queueing_lock=name, pass_context=True)(run)
        app.periodic(cron=cron)(made)
        return made

    return declare


def enqueue(job: Task, *, at: datetime | None = None, **ids: Any) -> int:
    """Queue one job for the account in scope, in the current transaction. Returns the job's id."""
    return enqueue_many(job, [ids], at=at)[0]


def enqueue_many(job: Task, each: Iterable[dict[str, Any]], *, at: datetime | None = None) -> list[int]:
    """Queue a job for each set of ids, in one statement."""
    account = str(current_account_id())
    return _deferred([_job(job, {"account": account, **ids}, at) for ids in each])


def enqueue_for_accounts(job: Task, account_ids: Iterable[UUID]) -> list[int]:
    """Queue a job without ids for each account, in one statement: for what looks after all of them, in no scope."""
    return _deferred([_job(job, {"account": str(account_id)}, None) for account_id in account_ids])


def enqueue_for_installation(job: Task, *, at: datetime | None = None, **ids: Any) -> int:
    """Queue one job of an `installation_task`, in the current transaction. Returns the job's id."""
    return _deferred([_job(job, ids, at)])[0]


def _job(job: Task, ids: dict[str, Any], at: datetime | None) -> jobs.Job:
    return jobs.Job(
        id=None,
        lock=None,
        queueing_lock=None,
        task_name=job.name,
        queue=job.queue,
        task_kwargs={name: _plain(value) for name, value in ids.items()},
        scheduled_at=at,
        priority=job.priority,
    )


def _deferred(queued: list[jobs.Job]) -> list[int]:
    if not queued:
        return []
    stored = manager.JobManager(DjangoConnector()).batch_defer_jobs(jobs=queued)
    return [stored_job.id for stored_job in stored if stored_job.id is not None]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
