"""The web process whose streams are measured, and the browsers that listen to it: processes that are watched.

Each thing that takes long is told as it begins, and nothing is waited for without an end: who measures thousands of
streams on a busy machine sees where it stands, and why it came to nothing.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from steward.bench.inhabitants import host_of
from steward.people.models import Membership
from steward.people.signed_in import stored_session
from steward.privacy.egress import wall
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

LONGEST = 240.0  # seconds until the browsers must have answered: opening thousands takes 40, on a busy machine 90
FAREWELL = 30  # seconds until a process that was asked to end is ended
LAST_LINES = 20  # of the log of a web process that is blamed

_began = time.monotonic()


class Unheard(RuntimeError):
    """The browsers ended, or said nothing in time; with the last words of the web process."""


def tell(stage: str) -> None:
    """Say on standard error what is begun, and seconds since the beginning; standard output is for the figures."""
    print(f"  {time.monotonic() - _began:5.1f} s  {stage}", file=sys.stderr, flush=True)


@contextmanager
def web_process() -> Iterator[tuple[int, int]]:
    """The web process as `steward up` runs it: its port and process id."""
    command = [sys.executable, "-m", "steward.project.cli", "web", "--supervised"]
    environment = {**os.environ, "STEWARD_DB_ROLE": "app", "STEWARD_HOST": "127.0.0.1"}
    with _log().open("wb") as output, wall.allow_child("the process that is measured"):
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            yield settings.STEWARD_PORT, process.pid
        finally:
            _end(process)


@contextmanager
def listeners(account: Account, number: int, port: int) -> Iterator["Browsers"]:
    """So many open streams, each with a session of its own; they are being opened while the block begins."""
    tell(f"{number} sessions are made")
    asked = {"host": host_of(account.id), "cookies": _cookies(account, number)}
    command = [sys.executable, "-m", "steward.bench.hearing", str(port)]
    with wall.allow_child("browsers are a process of their own"):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            listening = Browsers(process)
            tell(f"{number} streams are opened")
            listening.say(asked)
            yield listening
        finally:
            _end(process)


class Browsers:
    """The process of the browsers: a line of JSON to it, and one back."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def say(self, wish: Mapping[Any, Any]) -> None:
        """Raises `Unheard` when they have ended."""
        assert self._process.stdin  # noqa: S101  a pipe
        try:
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._unheard("ended") from error

    def hear(self, longest: float = LONGEST) -> dict[str, Any]:
        """What they answer. Raises `Unheard` when they end or `longest` seconds pass."""
        assert self._process.stdout  # noqa: S101  a pipe
        if not select.select([self._process.stdout], [], [], longest)[0]:
            raise self._unheard(f"said nothing for {longest:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise self._unheard(f"ended with exit code {self._process.wait(FAREWELL)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _unheard(self, what: str) -> Unheard:
        lines = _log().read_text(errors="replace").splitlines()[-LAST_LINES:]
        return Unheard("\n".join([f"the browsers {what}; the last lines of the web process, from {_log()}:", *lines]))


def _log() -> Path:
    return Path(settings.STEWARD_DATA) / "log" / "bench.log"


def _cookies(account: Account, number: int) -> Sequence[str]:
    """So many sessions of the members, in turns."""
    with account_scope(account.id):
        people = list(Membership.objects.select_related("user"))
    sessions = (stored_session(people[n % len(people)].user, account.id) for n in range(number))
    return [f"{settings.SESSION_COOKIE_NAME}={session}" for session in sessions]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        tell(f"process {process.pid} did not end in {FAREWELL} s and is killed")
        process.kill()
        process.wait(FAREWELL)
