"""`steward demo`: everything with sample data, on one machine, with no mail leaving it.

The settings are read from the environment when they are imported, so what the demo chooses is put there first.
"""

import importlib
import os
from collections.abc import Sequence
from pathlib import Path

from steward.project.commands.parsing import parser_for
from steward.project.database import only_supervisor
from steward.project.demo_places import choose_data, choose_port
from steward.project.demo_reset import claim, reset
from steward.project.failure import Failure
from steward.project.running import bound, check_free


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C. A second start keeps the data; `--reset` starts over."""
    parser = parser_for("demo", "Run everything with sample data; no mail leaves the machine. Ctrl-C stops it.")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away and start over")
    options = parser.parse_args(arguments)
    if "DATABASE_URL" in os.environ:
        raise Failure("The demo runs on a database of its own: unset DATABASE_URL first.")
    os.environ["STEWARD_DEMO"] = "1"
    data = choose_data()
    os.environ["STEWARD_DATA"] = str(data)
    if options.reset:
        reset(data)
    with only_supervisor(data):
        return _run(data)


def _run(data: Path) -> int:
    claim(data)
    host = os.environ.get("STEWARD_HOST", "127.0.0.1")
    listening = bound(host, choose_port("STEWARD_PORT", 8000, host), "STEWARD_PORT")
    smtp_host = os.environ.get("STEWARD_SMTP_HOST") or host
    check_free(smtp_host, choose_port("STEWARD_SMTP_PORT", 2525, smtp_host), "STEWARD_SMTP_PORT")
    return int(importlib.import_module("steward.project.demonstrating").run(data, listening))
