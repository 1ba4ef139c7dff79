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


class TooSlow(RuntimeError):
    """Mails were accepted and did not become tickets within `LONGEST` seconds."""


def measure(superuser: str, *, mails: int, connections: int) -> dict[str, Any]:
    """Send so many mails and wait until the last is a committed ticket message."""
    account = _account()
    with psycopg.connect(superuser, autocommit=True) as database, _processes() as processes:
        _through(database, account, WARMING, connections)
        before, used = _counts(database), seconds_used(settings.STEWARD_DATA, processes)
        told = _through(database, account, mails, connections)
        seconds = told["last"] - told["begun"]
        return {
            "mails": mails,
            "connections": connections,
            "per_second": round(mails / seconds, 1),
            "accepted_per_second": round(mails / (told["ended"] - told["begun"]), 1),
            "seconds": round(seconds, 2),
            "accept_p50": told["p50"],
            "accept_p95": told["p95"],
            "made": {name: count - before[name] for name, count in _counts(database).items()},
            "cpu_ms_per_mail": {
                name: round((after - used[name]) * 1000 / mails, 2)
                for name, after in seconds_used(settings.STEWARD_DATA, processes).items()
            },
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
def _processes() -> Iterator[dict[str, int]]:
    """The listener and the worker, as `steward up` runs them; the answer maps names to process ids."""
    environment = {**os.environ, "STEWARD_SMTP_HOST": "127.0.0.1", "STEWARD_DB_ROLE": "app"}
    started: dict[str, subprocess.Popen[bytes]] = {}
    log = Path(settings.STEWARD_DATA) / "log" / "bench.log"
    with log.open("wb") as output, wall.allow_child("the processes that are measured, and the load"):
        try:
            for name, arguments in _COMMANDS.items():
                if name == "worker" and os.environ.get("H9_NOJOBS"):
                    continue
                command = [sys.executable, "-m", "steward.project.cli", *arguments, "--supervised"]
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
    end = time.monotonic() + LONGEST
    while waiting := _count(database, "SELECT count(*) FROM email_arrival"):
        if time.monotonic() > end:
            raise TooSlow(f"{waiting} of {count} mails are no tickets yet")
        time.sleep(0.02)
    return told | {"last": time.time()}


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
