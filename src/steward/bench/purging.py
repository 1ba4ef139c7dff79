"""Purging many tickets among many more, by the command."""

import subprocess
import sys
from time import perf_counter
from typing import Any

import psycopg

from steward.bench.figures import load
from steward.bench.filling import fill
from steward.bench.inhabitants import SLUG, large_account
from steward.privacy.egress import wall
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.actions import in_bin

MOST = 10_000  # tickets that are purged
_SHARE = 10  # and at most one in so many
Figures = dict[str, Any]

# One in so many tickets of the account is put into the bin, with a mail as it came for each message of a customer.
_BINNED = """
CREATE TEMP TABLE binned AS
SELECT id FROM tickets_ticket WHERE account_id = %(account)s AND status NOT IN ('deleted', 'spam')
 ORDER BY md5(id::text) LIMIT %(most)s;
CREATE INDEX ON binned (id);
ANALYZE binned;
UPDATE tickets_ticket SET status_before = 'closed', status = 'deleted' WHERE id IN (SELECT id FROM binned);
INSERT INTO email_rawmail
       (id, account_id, source, source_key, state, envelope_from, envelope_to, client, content, size, body_digest,
        message_id, received_at)
SELECT gen_random_uuid(), account_id, 'pipe', 'purged-' || id, 'taken', 'a@customer.example', '[]', '{}',
       decode(repeat(md5(id::text), 200), 'hex'), 3200, sha256(id::text::bytea), id, at
  FROM tickets_message m WHERE kind = 'incoming' AND ticket_id IN (SELECT id FROM binned)
   AND NOT EXISTS (SELECT 1 FROM email_rawmail r WHERE r.message_id = m.id);
"""


def measure(superuser: str, size: int) -> Figures:
    """Seconds from the command to the last proof that nothing is left."""
    if large_account() is None:
        fill(superuser, size)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    with account_scope(account.id):
        there = in_bin().filter(status="deleted").count()
    _put_in_bin(superuser, account, max(0, min(MOST, size // _SHARE) - there))
    with account_scope(account.id):
        tickets = in_bin().filter(status="deleted").count()
    seconds = _purged()
    with account_scope(account.id):
        left = in_bin().filter(status="deleted").count()
    told = {"size": size, "tickets": tickets, "left": left, "seconds": round(seconds, 1), "load": load()}
    return {"purge": told}


def _put_in_bin(superuser: str, account: Account, most: int) -> None:
    with psycopg.connect(superuser, cursor_factory=psycopg.ClientCursor) as database:
        database.execute("SET session_replication_role = replica")
        for statement in filter(str.strip, _BINNED.split(";")):
            database.execute(statement.encode(), {"account": account.id, "most": most})
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("ANALYZE tickets_ticket, tickets_message, email_rawmail")


def _purged() -> float:
    """The command as it is typed, in a process of its own. Raises `CalledProcessError`."""
    command = [sys.executable, "-m", "steward.project.cli", "bin", "purge", "--account", SLUG, "--yes"]
    begin = perf_counter()
    with wall.allow_child("what is measured is the command as it is typed"):
        subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return perf_counter() - begin
