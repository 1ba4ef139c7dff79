"""Keeping the queue healthy: jobs of workers that died run again, finished ones go."""

from datetime import timedelta

from django.db import connection
from procrastinate import manager, sql
from procrastinate.contrib.django.django_connector import DjangoConnector

from steward.jobs.models import Failure
from steward.lib.clock import is_stopped, machine_now, now

SILENT = 30.0  # seconds without a sign of life after which a worker counts as dead
KEPT = timedelta(days=30)  # how long a failed job can still be looked at and retried


# What failed waits by the database's clock, and goes on doing so: it would be given up within a minute.
_BRING_FORWARD = """
UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND attempts = 0 AND scheduled_at <= %s
"""


def bring_jobs_forward() -> int:
    """Let jobs begin that are due by the clock of a test; returns how many. The queue itself asks the database."""
    if not is_stopped():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_BRING_FORWARD, [now()])
        return int(cursor.rowcount)


def revive_stalled_jobs() -> int:
    """Queue again what a dead worker had begun; returns how many. Doing a job twice does no harm."""
    connector = DjangoConnector()
    stalled = connector.execute_query_all(
        query=sql.queries["select_stalled_jobs_by_heartbeat"],
        queue=None,
        task_name=None,
        seconds_since_heartbeat=SILENT,
    )
    for job in stalled:
        manager.JobManager(connector).retry_job_by_id(job["id"], retry_at=machine_now())
    return len(stalled)


def forget_finished_jobs() -> None:
    """Delete jobs that ended long ago, whatever their end, and why they failed."""
    DjangoConnector().execute_query(
        query=sql.queries["delete_old_jobs"],
        nb_hours=int(KEPT.total_seconds() // 3600),
        queue=None,
        statuses=["succeeded", "failed", "cancelled", "aborted"],
    )
    Failure.objects.filter(at__lt=now() - KEPT).delete()
