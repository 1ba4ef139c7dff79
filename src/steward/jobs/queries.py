"""The queue as whoever runs the installation sees it: tasks, ids and times, never what a job carries beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from steward.jobs.models import Failure
from steward.jobs.queue import Task

STATES = {"waiting": "todo", "running": "doing", "failed": "failed"}  # our words for those of procrastinate
PAGE = 50


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `account` is None for work of the whole installation; `at` is when it was queued, began or failed."""

    id: int
    task: str
    account: UUID | None
    attempts: int
    due_at: datetime | None
    at: datetime | None
    error: str  # dotted name of the class of the last error, empty when there was none


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that works, with the last sign of life."""

    id: int
    seen_at: datetime


def page_of_jobs(state: str, *, task: str = "", before: int | None = None) -> tuple[list[Job], int | None]:
    """Jobs of a state, newest first, and where the next page begins. KeyError for a state that is none."""
    found = ProcrastinateJob.objects.filter(status=STATES[state])
    if task:
        found = found.filter(task_name=task)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.order_by("-id")[: PAGE + 1])
    return _told(state, rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None


def counted_jobs() -> dict[str, dict[str, int]]:
    """How many jobs of each task are in each state; jobs that were done are not kept."""
    states = {theirs: ours for ours, theirs in STATES.items()}
    counted: dict[str, dict[str, int]] = {}
    grouped = ProcrastinateJob.objects.filter(status__in=states).values("task_name", "status").order_by()
    for row in grouped.annotate(number=Count("id")):
        counted.setdefault(row["task_name"], dict.fromkeys(STATES, 0))[states[row["status"]]] = row["number"]
    return dict(sorted(counted.items()))


def accounts_waiting_for(job: Task) -> set[UUID]:
    """The accounts for which this task is queued or runs: who asks by the clock need not ask for it a second time."""
    rows = ProcrastinateJob.objects.filter(task_name=job.name, status__in=["todo", "doing"])
    return {UUID(account) for account in rows.values_list("args__account", flat=True)}


def workers() -> list[Worker]:
    """Workers that said lately that they live, or died without saying so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, last_heartbeat FROM procrastinate_workers ORDER BY id")
        return [Worker(*row) for row in cursor.fetchall()]


_EVENT = {"waiting": "deferred", "running": "started", "failed": "failed"}


def _told(state: str, rows: Sequence[ProcrastinateJob]) -> list[Job]:
    ids = [row.id for row in rows]
    events = ProcrastinateEvent.objects.filter(job_id__in=ids, type=_EVENT[state]).order_by("id")
    at = dict(events.values_list("job_id", "at"))
    errors = dict(Failure.objects.filter(job_id__in=ids).values_list("job_id", "error"))
    return [
        Job(
            row.id,
            row.task_name,
            _account(row.args),
            row.attempts,
            row.scheduled_at,
            at.get(row.id),
            errors.get(row.id, ""),
        )
        for row in rows
    ]


def _account(ids: dict[str, object]) -> UUID | None:
    try:
        return UUID(str(ids["account"]))
    except (KeyError, ValueError):
        return None
