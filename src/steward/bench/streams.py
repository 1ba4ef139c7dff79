"""Streams: how long after the commit browsers hear of an event, and what streams cost that hear of nothing."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings

from steward.bench.figures import load
from steward.bench.inhabitants import host_of
from steward.bench.processes import seconds_used
from steward.events.actions import record
from steward.events.queries import last_position
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.actions import add_member, create_department
from steward.people.models import Membership, Role
from steward.people.signed_in import stored_session
from steward.privacy.egress import wall
from steward.privacy.keys.store import create_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

BROWSERS = 1_000
IDLE = 5_000
PEOPLE = 50  # members that the browsers belong to: in turns
EVENTS = 200
FEW_EVENTS = 20  # for a try with few browsers
PER_SECOND = 10
QUIET = 60.0  # seconds in which idle streams are watched
SHORT = 5.0  # the same, for a try with few of them
SPARE_FILES = 200  # that a process needs besides streams


def measure(superuser: str, *, browsers: int = BROWSERS, idle: int = IDLE) -> dict[str, Any]:
    """Both measurements, each with a web process of its own; fewer streams where the machine allows fewer files."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_FILES
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("DELETE FROM people_session")
    account = _account()
    return {
        "open_files": allowed + SPARE_FILES,
        "is_limited": max(browsers, idle) > allowed,
        "events": _events(browsers),
        "per_second": PER_SECOND,
        "told": _fan_out(account, min(browsers, allowed)),
        "idle": _idle(account, min(idle, allowed), QUIET if idle >= IDLE else SHORT),
    }


def _events(browsers: int) -> int:
    return EVENTS if browsers >= BROWSERS else FEW_EVENTS


def _fan_out(account: Account, browsers: int) -> dict[str, Any]:
    """All browsers in one account, which is the hardest: every event goes to every one of them."""
    events = _events(browsers)
    with web_process() as (port, pid), _listeners(account, browsers, port) as (say, hear):
        opened, committed = hear(), {}
        before = seconds_used(settings.STEWARD_DATA, {"web": pid})
        for number in range(events):
            position, at = _commit(account)
            committed[position] = at
            time.sleep(1 / PER_SECOND * (0.5 + number % 2))
        say(committed)
        waited = hear()
        after = seconds_used(settings.STEWARD_DATA, {"web": pid})
    missed = browsers * events - waited.pop("heard")
    cpu = round((after["web"] - before["web"]) * 1e6 / (browsers * events), 1) if before else 0.0
    return {"browsers": browsers, "opened": opened, **waited, "missed": missed, "cpu_us_each": cpu, "load": load()}


def _commit(account: Account) -> tuple[int, float]:
    """One event; its position, and when its transaction was about to commit."""
    with account_scope(account.id):
        record("ticket.resolved", account, actor=SYSTEM)
        at = time.monotonic()
    with account_scope(account.id):
        return last_position(), at


def _idle(account: Account, streams: int, quiet: float) -> dict[str, Any]:
    with web_process() as (port, pid):
        with _listeners(account, 50, port) as (_, hear):
            hear()  # what is made once, such as the threads that let people in, is there
        time.sleep(2)
        empty = _resident(pid)
        with _listeners(account, streams, port) as (_, hear):
            opened = hear()
            time.sleep(3)
            before, full = seconds_used(settings.STEWARD_DATA, {"web": pid}), _resident(pid)
            time.sleep(quiet)
            after = seconds_used(settings.STEWARD_DATA, {"web": pid})
    used = {name: after[name] - before[name] for name in before}
    return {
        "streams": streams,
        "opened": opened,
        "kib_each": round((full - empty) / streams, 1),
        "web_percent": round(used.get("web", 0.0) / quiet * 100, 2),
        "postgres_percent": round(used.get("postgres", 0.0) / quiet * 100, 2),
        "load": load(),
    }


def _account() -> Account:
    account_id = new_id()
    with account_scope(account_id):
        account = create_account(f"live{account_id.hex[-12:]}", name="Live", account_id=account_id)
        create_account_key(account_id)
        create_department("Support", actor=SYSTEM)
        for number in range(PEOPLE):
            email = f"agent{number}@{account.slug}.example"
            add_member(email, name=f"Agent {number}", role=Role.ADMIN, password=None, actor=SYSTEM)
    return account


def _cookies(account: Account, number: int) -> list[str]:
    """So many sessions: each browser has one of its own."""
    with account_scope(account.id):
        people = list(Membership.objects.select_related("user")[:PEOPLE])
    sessions = (stored_session(people[n % len(people)].user, account.id) for n in range(number))
    return [f"{settings.SESSION_COOKIE_NAME}={session}" for session in sessions]


@contextmanager
def web_process() -> Iterator[tuple[int, int]]:
    """The web process as `steward up` runs it: its port and process id."""
    command = [sys.executable, "-m", "steward.project.cli", "web", "--supervised"]
    environment = {**os.environ, "STEWARD_DB_ROLE": "app", "STEWARD_HOST": "127.0.0.1"}
    log = Path(settings.STEWARD_DATA) / "log" / "bench.log"
    with log.open("wb") as output, wall.allow_child("the process that is measured"):
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            yield settings.STEWARD_PORT, process.pid
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _listeners(account: Account, number: int, port: int) -> Iterator[tuple[Any, Any]]:
    """Open streams; the answer is a function that says something to their process, and one that hears from it."""
    asked = {"host": host_of(account.id), "cookies": _cookies(account, number)}
    command = [sys.executable, "-m", "steward.bench.hearing", str(port)]
    with wall.allow_child("browsers are a process of their own"):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin  # noqa: S101 - asked for above
        assert process.stdout  # noqa: S101
        _say(process.stdin, asked)
        try:
            yield lambda wish: _say(process.stdin, wish), lambda: json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(30)


def _say(stdin: IO[str] | None, wish: Sequence[Any] | dict[Any, Any]) -> None:
    assert stdin  # noqa: S101 - a pipe
    stdin.write(json.dumps(wish) + "\n")
    stdin.flush()


def _resident(pid: int) -> int:
    """KiB of memory that the process holds (proc(5), VmRSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))
