"""Where the demo keeps its data and where it listens, when nobody said."""

import hashlib
import os
import socket
from pathlib import Path

from steward.privacy.egress import wall
from steward.project.failure import Failure
from steward.project.postgres import PostgresError
from steward.project.postgres.system_user import system_user

TRIED = 200  # ports after the usual one


def choose_data() -> Path:
    """STEWARD_DATA; otherwise `.data` here, or below /var/lib where PostgreSQL's user cannot come here. Absolute."""
    if chosen := os.environ.get("STEWARD_DATA"):
        return Path(chosen).absolute()
    here = Path(".data").absolute()
    with wall.allow_child("asking whether PostgreSQL's user may enter a folder"):
        try:
            blocked = system_user().blocked_at(here.parent)
        except PostgresError as problem:
            raise Failure(str(problem)) from problem
    if blocked is None:
        return here
    elsewhere = Path("/var/lib/steward-demo") / hashlib.sha256(os.fsencode(here)).hexdigest()[:8]
    print(f"PostgreSQL's user may not enter {blocked}, so the data are in {elsewhere}.", flush=True)
    return elsewhere


def choose_port(variable: str, usual: int, host: str) -> int:
    """The port that the variable names; otherwise the usual one or the next that is free, which is said and set."""
    if variable in os.environ:
        return _number(variable)
    for port in range(usual, usual + TRIED):
        if _is_free(host, port):
            if port != usual:
                print(f"Port {usual} is taken; using {port}. {variable} chooses another.", flush=True)
            os.environ[variable] = str(port)
            return port
    raise Failure(f"No port from {usual} to {usual + TRIED - 1} is free; {variable} chooses another.")


def _number(variable: str) -> int:
    try:
        return int(os.environ[variable])
    except ValueError:
        raise Failure(f"{variable} is a port number, not “{os.environ[variable]}”.") from None


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True
