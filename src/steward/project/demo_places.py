"""Where the demo keeps its data and where it listens, when nobody said."""

import os
import socket
from pathlib import Path

from steward.project.failure import Failure
from steward.project.postgres.placing import default_data

TRIED = 200  # ports after the usual one


def choose_data() -> Path:
    """STEWARD_DATA; otherwise `.data` here, or elsewhere when PostgreSQL's user cannot come here. Absolute."""
    if chosen := os.environ.get("STEWARD_DATA"):
        return Path(chosen).absolute()
    here = Path(".data").absolute()
    data = default_data(here)
    if data != here:
        print(f"PostgreSQL does not run as root, and its own user cannot enter {here.parent}: the data are in {data}.")
    return data


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
