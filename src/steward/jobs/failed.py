"""Jobs that were given up: seen, and tried again."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q
from procrastinate import manager
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from steward.lib.clock import machine_now

MOST = 10_000  # jobs that are tried again at once


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job whose last attempt failed. `account` is the account's id, empty for work of the whole installation."""

    id: int
    task: str
    account: str
    attempts: int
    at: datetime | None


def failed_jobs(*, limit: int = 200) -> list[FailedJob]:
    """The jobs that failed for good, the newest first."""
    failed = ProcrastinateJob.objects.filter(status="failed").annotate(ended=Max("procrastinateevent__at"))
    return [
        FailedJob(job.id, job.task_name, str(job.args.get("account", "")), job.attempts, job.ended)
        for job in failed.order_by("-id")[:limit]
    ]


def retry_job(job_id: int) -> bool:
    """Put a failed job back into its queue, due now. False when there is no such failed job."""
    if not ProcrastinateJob.objects.filter(pk=job_id, status="failed").exists():
        return False
    manager.JobManager(DjangoConnector()).retry_job_by_id(job_id, retry_at=machine_now())  # by its own clock
    return True


def retry_jobs(task: str = "") -> int:
    """Put all failed jobs of a task, or of every one, back into their queues; returns how many."""
    kind = Q(task_name=task) if task else Q()
    failed = ProcrastinateJob.objects.filter(kind, status="failed").order_by("id").values_list("id", flat=True)
    return sum(retry_job(job_id) for job_id in list(failed[:MOST]))
