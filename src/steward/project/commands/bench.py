"""`steward bench`: how fast this machine is with Steward. Each part is measured in a process of its own."""

import argparse
import importlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from steward.project.commands.parsing import parser_for
from steward.project.demo_places import choose_port
from steward.project.failure import Failure

_PARTS = "mail live click registry gate erase export purge delete backup audit lifecycle list page search centre"


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if "DATABASE_URL" in os.environ:
        raise Failure("What is measured runs on databases of its own: unset DATABASE_URL first.")
    os.environ.setdefault("STEWARD_PACE", "0")  # nobody works as fast as this measures
    if options.part:
        return _measure(options)
    os.environ.setdefault("STEWARD_DATA", "/tmp/steward-bench")  # noqa: S108  made by us, 0711, and kept for the next run
    choose_port("STEWARD_SMTP_PORT", 22525, "127.0.0.1")
    choose_port("STEWARD_PORT", 28525, "127.0.0.1")
    run: int = importlib.import_module("steward.bench.running").run(options)
    return run


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("bench", "Measure mail, streams, lists, ticket page and search; print a table, write JSON.")
    parser.add_argument(
        "--size",
        type=_sizes,
        default="1000,100000,1000000",
        metavar="N,N,...",
        help="tickets in the large account (%(default)s)",
    )
    parser.add_argument("--only", choices=_PARTS.split(), default="", help="measure only this")
    parser.add_argument("--mails", type=int, default=4000, metavar="N", help="how many mails are sent (%(default)s)")
    parser.add_argument(
        "--connections", type=int, default=20, metavar="N", help="SMTP connections at once (%(default)s)"
    )
    parser.add_argument("--browsers", type=int, default=1000, metavar="N", help="streams that are told (%(default)s)")
    parser.add_argument("--idle", type=int, default=5000, metavar="N", help="streams that hear nothing (%(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=100, metavar="N", help="how often each page is asked for (%(default)s)"
    )
    parser.add_argument("--fresh", action="store_true", help="throw the data of earlier runs away")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the JSON goes (bench-results/<commit>.json)")
    parser.add_argument("--part", default="", help=argparse.SUPPRESS)
    return parser


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _measure(options: argparse.Namespace) -> int:
    """One part, in the data directory that STEWARD_DATA names; its figures go to standard output as JSON."""
    settings = importlib.import_module("steward.project.settings")
    set_up = importlib.import_module("steward.project.setting_up").set_up
    with importlib.import_module("steward.project.database").at_hand(settings.STEWARD_DATA) as server:
        set_up(server)
        importlib.import_module("steward.project.starting").start_django()
        parts = importlib.import_module("steward.bench.parts")
        try:
            measured = parts.measure(options, server.dsn("postgres"))
        except parts.Unheard as error:
            raise Failure(str(error)) from error
    print(json.dumps(measured))
    return 0
