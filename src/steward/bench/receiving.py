"""Mails in: from the SMTP connection to committed, searchable tickets, by the processes that serve in production."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from django.conf import settings

from steward.bench.corpus import ADDRESS, Mail, corpus
from steward.bench.figures import load
from steward.bench.inhabitants import host_of
from steward.bench.processes import seconds_used
from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.actions import create_department
from steward.privacy.egress import wall
from steward.privacy.keys.store import create_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

WARMING = 200  # mails before those that are measured: processes and their connections are there by then
LONGEST = 300.0  # seconds
_COMMANDS = {"mail": ["mail"], "intake": ["worker", "--only", "mail"], "worker": ["worker", "--only", "jobs"]}
_COUNTED: dict[str, LiteralString] = {
    "messages": "SELECT count(*) FROM tickets_message",
    "tickets": "SELECT count(*) FROM tickets_ticket",
    "search entries": "SELECT count(*) FROM tickets_searchentry",
    "attachments": "SELECT count(*) FROM tickets_attachment",
    "events": "SELECT count(*) FROM events_event WHERE position IS NOT NULL",
    "automatic answers": "SELECT count(*) FROM outbox_outgoingmail",
    "deliveries queued": "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'outbox.deliver'",
}
_UNANSWERED: LiteralString = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'email.answer' AND status IN ('todo', 'doing')"
)
_NOTHING: LiteralString = "SELECT 0"


class TooSlow(RuntimeError):
    """Mails were accepted and not all that had to come of them came within `LONGEST` seconds."""


def measure(superuser: str, *, mails: int, connections: int) -> dict[str, Any]:
    """Send so many mails twice: with all processes of `steward up`, and without the one that answers and delivers.

    Nothing leaves: without a relay each delivery ends as held, with the next try queued.
    """
    # In this order: what the second leaves undone would keep the first one busy.
    runs = {"everything": ("mail", "intake", "worker"), "without the jobs": ("mail", "intake")}
    with psycopg.connect(superuser, autocommit=True) as database:
        measured = {name: _measured(database, started, mails, connections) for name, started in runs.items()}
    return {"mails": mails, "connections": connections, "runs": measured}


def _measured(database: psycopg.Connection, started: Sequence[str], mails: int, connections: int) -> dict[str, Any]:
    """Of one run: from the first connection to the commit of the last ticket message."""
    account = _account()
    with _processes(started) as processes:
        unanswered = _UNANSWERED if "worker" in processes else _NOTHING
        _through(database, account, min(WARMING, mails), connections)
        _none_left(database, unanswered, "batches have no answers yet")
        before, used = _counts(database), seconds_used(settings.STEWARD_DATA, processes)
        told = _through(database, account, mails, connections)
        answered = _none_left(database, unanswered, "batches have no answers yet")
        used_after = seconds_used(settings.STEWARD_DATA, processes)
    seconds = told["last"] - told["begun"]
    return {
        "per_second": round(mails / seconds, 1),
        "answered_per_second": round(mails / (answered - told["begun"]), 1) if "worker" in processes else 0.0,
        "accepted_per_second": round(mails / (told["ended"] - told["begun"]), 1),
        "seconds": round(seconds, 2),
        "accept_p50": told["p50"],
        "accept_p95": told["p95"],
        "made": {name: count - before[name] for name, count in _counts(database).items()},
        "cpu_ms_per_mail": {name: round((used_after[name] - at) * 1000 / mails, 2) for name, at in used.items()},
        "load": load(),
    }


def _account() -> Account:
    """A new account, with automatic answers: each run begins with no tickets in it."""
    account_id = new_id()
    with account_scope(account_id):
        account = create_account(f"mail{account_id.hex[-12:]}", name="Mail", account_id=account_id)
        create_account_key(account_id)
        department = create_department("Support", actor=SYSTEM)
        add_mail_account(
            Mailbox(address=ADDRESS.format(host=host_of(account_id)), name="Mail"), department=department, actor=SYSTEM
        )
        MailAccount.objects.update(answers_automatically=True)
    return account


@contextmanager
def _processes(wanted: Sequence[str]) -> Iterator[dict[str, int]]:
    """Some of the processes that `steward up` runs; the answer maps their names to process ids."""
    environment = {**os.environ, "STEWARD_SMTP_HOST": "127.0.0.1", "STEWARD_DB_ROLE": "app"}
    started: dict[str, subprocess.Popen[bytes]] = {}
    log = Path(settings.STEWARD_DATA) / "log" / "bench.log"
    with log.open("wb") as output, wall.allow_child("the processes that are measured, and the load"):
        try:
            for name in wanted:
                command = [sys.executable, "-m", "steward.project.cli", *_COMMANDS[name], "--supervised"]
                started[name] = subprocess.Popen(
                    command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
                )
            yield {name: process.pid for name, process in started.items()}
        finally:
            for process in started.values():
                process.send_signal(signal.SIGTERM)
            for process in started.values():
                process.wait(30)


def _through(database: psycopg.Connection, account: Account, count: int, connections: int) -> dict[str, Any]:
    """Send mails and wait until none is left in the queue; the loader's answer, with `last`: when that was."""
    mails = list(
        corpus(
            count,
            ADDRESS.format(host=host_of(account.id)),
            seed=_count(database, "SELECT count(*) FROM tickets_message"),
        )
    )
    told: dict[str, Any] = json.loads(_loaded(connections, mails))
    last = _none_left(database, "SELECT count(*) FROM email_arrival", "mails are no tickets yet")
    return told | {"last": last}


def _none_left(database: psycopg.Connection, query: LiteralString, what: str) -> float:
    """When nothing was left of what the query counts."""
    end = time.monotonic() + LONGEST
    while waiting := _count(database, query):
        if time.monotonic() > end:
            raise TooSlow(f"{waiting} {what}")
        time.sleep(0.02)
    return time.time()


def _loaded(connections: int, mails: Sequence[Mail]) -> bytes:
    """What the loader told when all mails were accepted."""
    command = [sys.executable, "-m", "steward.bench.loading", str(settings.STEWARD_SMTP_PORT), str(connections)]
    with wall.allow_child("the load comes from a process of its own"):
        return subprocess.run(
            command, input=pickle.dumps(mails), stdout=subprocess.PIPE, check=True, timeout=LONGEST
        ).stdout


def _counts(database: psycopg.Connection) -> dict[str, int]:
    return {name: _count(database, query) for name, query in _COUNTED.items()}


def _count(database: psycopg.Connection, query: LiteralString) -> int:
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0
