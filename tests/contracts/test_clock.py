"""Contract 11, what it stands on: the time is asked in one place. What the database itself asks has a reason each.

That no source of ours asks is a contract of the layers (`test_layers.py`).
"""

import re
from pathlib import Path

import psycopg

import steward
from steward.testing import environment

ASKS = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    r"|\b(current_timestamp|localtimestamp|current_date|current_time|localtime)\b",
    re.IGNORECASE,
)
# Functions, defaults and policies that ask the database for the time.
IN_THE_DATABASE = {
    "operations_forget_acts": "spares thirty days whatever the application says it is",
    "forget_events": "the same of what happened in an account",
    "forget_reads": "the same of what was read in it",
    "support_access_now": "who is let in by a grant; tests put what they are told in its place",
    "procrastinate_fetch_job_v2": "the queue: see `jobs.maintenance.bring_jobs_forward`",
    "procrastinate_prune_stalled_workers_v1": "signs of life of workers",
    "procrastinate_update_heartbeat_v1": "the same",
    "procrastinate_events.at": "how long a job has waited",
    "procrastinate_workers.last_heartbeat": "signs of life of workers",
}
SOURCES = """
  SELECT proname::text, prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
   WHERE nspname = 'public' AND prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))
  UNION SELECT adrelid::regclass || '.' || attname, pg_get_expr(adbin, adrelid)
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
  UNION SELECT polname::text, coalesce(pg_get_expr(polqual, polrelid), '') FROM pg_policy
"""


def test_the_database_is_asked_by_few(django_db_setup):
    with psycopg.connect(environment.maintenance(environment.database_name())) as connection:
        asking = {name for name, source in connection.execute(SOURCES) if ASKS.search(source)}
    assert asking - set(IN_THE_DATABASE) == set()
    assert asking


def test_no_page_asks_what_time_it_is():
    folder = Path(steward.__file__).parent
    assert [path for path in folder.rglob("*.html") if "{% now" in path.read_text()] == []
