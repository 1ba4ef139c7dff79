"""What is waiting, over all accounts together: no figure is kept per account, and no account's content is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from steward.lib.clock import now
from steward.lifecycle.alarms import late_accounts, stuck_departures
from steward.privacy.audit.queries import broken_audits, is_anchoring_late
from steward.privacy.incidents.queries import late_notices

# procrastinate stamps with the database's clock, so the age is measured with that, too; what is due is ours to say.
QUEUE_AGE = """
    SELECT extract(epoch FROM now() - coalesce(job.scheduled_at, event.at))
    FROM procrastinate_jobs job
        LEFT JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= %s)
    ORDER BY job.id LIMIT 1
"""
QUEUE_DEPTH = """
    SELECT queue_name, status::text, count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing', 'failed') GROUP BY queue_name, status ORDER BY 1, 2
"""
# Of accounts that are open: what waits for others is meant to.
SPOOL = """
    SELECT count(*), extract(epoch FROM %s - min(not_before)) FROM email_arrival
    WHERE account_id NOT IN (SELECT id FROM tenancy_account WHERE state <> 'active')
"""
UNSENT = "SELECT state, mails FROM operations_mail_totals() ORDER BY state"
OWN_UNSENT = "SELECT state, count(*) FROM outbox_installationmail WHERE state <> 'sent' GROUP BY state ORDER BY state"
STATES = ("waiting", "deferred", "held", "failed")
MAILS = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name LIKE 'outbox.%%'"


@dataclass(frozen=True)
class Gauge:
    """A Prometheus gauge: `values` are pairs of labels, as written, and number."""

    name: str
    meaning: str
    values: Sequence[tuple[str, float]]


def measure() -> list[Gauge]:
    """Everything that waits, now. Seconds and counts."""
    spool, spool_age = _rows(SPOOL, now())[0]
    depths = [(f'{{queue="{queue}",state="{state}"}}', float(count)) for queue, state, count in _rows(QUEUE_DEPTH)]
    return [
        Gauge("steward_queue_jobs", "Jobs by queue and state.", depths),
        Gauge("steward_queue_age_seconds", "How long the oldest due job has waited.", [("", queue_age())]),
        Gauge("steward_spool_mails", "Mails received and not yet tickets.", [("", float(spool))]),
        Gauge(
            "steward_spool_age_seconds",
            "How long the oldest of them has waited.",
            [("", max(0.0, float(spool_age or 0)))],
        ),
        Gauge("steward_mails_waiting", "Mails with a delivery still to be tried.", [("", float(_rows(MAILS)[0][0]))]),
        Gauge("steward_outbox_mails", "Mails that have not left, by state.", _by_state(UNSENT)),
        Gauge("steward_installation_outbox_mails", "The same for mail about sign-ins.", _by_state(OWN_UNSENT)),
        Gauge(
            "steward_incident_notices_late",
            "Accounts not told of an incident within 24 hours.",
            [("", float(late_notices()))],
        ),
        Gauge("steward_broken_audits", "Accounts whose audit does not hold.", [("", float(len(broken_audits())))]),
        Gauge("steward_anchoring_late", "1 where no chain was anchored for a day.", [("", float(is_anchoring_late()))]),
        Gauge("steward_late_accounts", "Accounts with a step or warning overdue.", [("", float(late_accounts()))]),
        Gauge(
            "steward_stuck_deletions",
            "Accounts whose deletion does not come to its end.",
            [("", float(len(stuck_departures())))],
        ),
    ]


def _by_state(query: str) -> list[tuple[str, float]]:
    found = dict(_rows(query))
    return [(f'{{state="{state}"}}', float(found.get(state, 0))) for state in STATES]


def queue_age() -> float:
    """Seconds that the oldest due job has waited; 0 when none does."""
    rows = _rows(QUEUE_AGE, now())
    return max(0.0, float(rows[0][0] or 0)) if rows else 0.0


def _rows(query: str, *values: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
