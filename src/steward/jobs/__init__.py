"""Work done later: a queue in PostgreSQL (procrastinate) behind `enqueue`, which always rides on our transaction."""

from steward.jobs.queue import (
    enqueue,
    enqueue_for_accounts,
    enqueue_for_installation,
    enqueue_many,
    installation_task,
    periodic,
    task,
)

__all__ = [
    "enqueue",
    "enqueue_for_accounts",
    "enqueue_for_installation",
    "enqueue_many",
    "installation_task",
    "periodic",
    "task",
]
