"""`steward up` and `steward demo`: all processes under one supervisor."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from steward.privacy.egress import wall
from steward.project.database import is_embedded, used
from steward.project.failure import Failure
from steward.project.fingerprint import is_set_up, note_set_up
from steward.project.postgres import PostgresError, Server
from steward.project.serving.web import listen
from steward.project.setting_up import set_up
from steward.project.supervisor import Child, Supervisor, up

Prepare = Callable[[bool], None]
"""Called once the database answers; told whether the set-up was done anew."""


def run_everything(data: Path, listening: socket.socket, prepare: Prepare, *, env: Mapping[str, str]) -> int:
    """Set up, call `prepare` once the database answers, then keep web, worker and mail alive until told to stop.

    The caller holds `only_supervisor`. `env` is added to the environment of the processes. Returns the exit code.
    """
    children = _children(listening, env)

    def ready(server: Server) -> list[Child]:
        is_new = not is_set_up(data)
        if is_new:
            set_up(server)
        prepare(is_new)
        note_set_up(data)
        return children

    with wall.allow_child("the supervisor starts our own processes"):
        if not is_embedded():
            if "DATABASE_OWNER_URL" in os.environ:
                set_up(None)
            prepare(True)
            return Supervisor(children).run()
        with used(data):
            try:
                return up(data, ready)
            except PostgresError as problem:
                raise Failure(str(problem)) from problem


def bound(host: str, port: int, variable: str) -> socket.socket:
    """A listening socket. Raises `Failure`, naming the variable that chooses the port, when the port is taken."""
    try:
        return listen(host, port)
    except OSError as problem:
        raise Failure(f"{host} port {port}: {problem.strerror}. {variable} chooses another.") from problem


def check_free(host: str, port: int, variable: str) -> None:
    """Raises `Failure` now rather than let a process try again and again later."""
    bound(host, port, variable).close()


def _children(listening: socket.socket, env: Mapping[str, str]) -> list[Child]:
    number = listening.fileno()
    return [
        Child("web", [*_steward("web"), "--socket", str(number)], env, (number,)),
        # Two processes: what is sent takes no time from what comes in.
        Child("intake", [*_steward("worker"), "--only", "mail"], env),
        Child("worker", [*_steward("worker"), "--only", "jobs"], env),
        Child("mail", _steward("mail"), env),
    ]


def _steward(command: str) -> list[str]:
    return [sys.executable, "-m", "steward.project.cli", command, "--supervised"]
