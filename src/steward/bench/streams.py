"""Streams: how long after the commit browsers hear of an event, and what streams cost that hear of nothing."""

import resource
import time
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from steward.bench.figures import load
from steward.bench.listening import listeners, tell, web_process
from steward.bench.processes import seconds_used
from steward.events.actions import record
from steward.events.queries import last_position
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.actions import add_member, create_department
from steward.people.models import Role
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
    with web_process() as (port, pid), listeners(account, browsers, port) as listening:
        opened, committed = listening.hear(), {}
        tell(f"{events} events are committed, {PER_SECOND} a second")
        before = seconds_used(settings.STEWARD_DATA, {"web": pid})
        for number in range(events):
            position, at = _commit(account)
            committed[position] = at
            time.sleep(1 / PER_SECOND * (0.5 + number % 2))
        listening.say(committed)
        waited = listening.hear()
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
        with listeners(account, 50, port) as listening:
            listening.hear()  # what is made once, such as the threads that let people in, is there
        time.sleep(2)
        empty = _resident(pid)
        with listeners(account, streams, port) as listening:
            opened = listening.hear()
            time.sleep(3)
            before, full = seconds_used(settings.STEWARD_DATA, {"web": pid}), _resident(pid)
            tell(f"{streams} idle streams are watched for {quiet:.0f} s")
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
    tell(f"an account with {PEOPLE} people is made")
    account_id = new_id()
    with account_scope(account_id):
        account = create_account(f"live{account_id.hex[-12:]}", name="Live", account_id=account_id)
        create_account_key(account_id)
        create_department("Support", actor=SYSTEM)
        for number in range(PEOPLE):
            email = f"agent{number}@{account.slug}.example"
            add_member(email, name=f"Agent {number}", role=Role.ADMIN, password=None, actor=SYSTEM)
    return account


def _resident(pid: int) -> int:
    """KiB of memory that the process holds (proc(5), VmRSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))
