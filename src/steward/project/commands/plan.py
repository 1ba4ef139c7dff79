"""`steward plan list` and `set`: how long each part of an account's life lasts."""

import argparse
import json
from collections.abc import Sequence

from steward.lifecycle.models import Plan
from steward.lifecycle.plans import PlanRefused, plans, set_plan
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure

_PERIODS = {
    "trial_days": "days of a trial; without it the plan is none",
    "grace_days": "days that an invoice may be unpaid after it was due",
    "suspended_days": "days until a suspended account is terminated",
    "terminated_days": "days until the data of a terminated account are deleted",
    "deleted_days": "days until the last backup with them is gone",
    "mail_held_days": "days that mail to a suspended account waits before it is refused",
    "cooling_days": "days that a deletion waits whose owner lets it wait",
}


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("plan", "Plans: how long each part of an account's life lasts.")
    commands = parser.add_subparsers(required=True, metavar="list|set")
    commands.add_parser("list", help="show the plans").set_defaults(run=_list)
    setting = commands.add_parser("set", help="add a plan or change one; accounts on it follow")
    setting.add_argument("code", metavar="PLAN")
    for name, words in _PERIODS.items():
        setting.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N", help=words)
    setting.add_argument("--warning-days", metavar="N,N", help="days before each step on which one is warned")
    setting.set_defaults(run=_set)
    return parser


def _list(_options: argparse.Namespace) -> None:
    for plan in plans():
        _print(plan)


def _set(options: argparse.Namespace) -> None:
    columns = {name: value for name in _PERIODS if (value := getattr(options, name)) is not None}
    try:
        if options.warning_days is not None:
            columns["warning_days"] = [int(day) for day in options.warning_days.split(",") if day]
        _print(set_plan(options.code, **columns))
    except (PlanRefused, ValueError) as error:
        raise Failure(
            "Periods are whole days, 1 at least (grace: 0); a plan without a clock has two alone: held mail, cooling."
        ) from error


def _print(plan: Plan) -> None:
    clocked = {name: getattr(plan, name) for name in _PERIODS} | {"warning_days": plan.warning_days}
    unclocked = {"clock": False, "mail_held_days": plan.mail_held_days, "cooling_days": plan.cooling_days}
    print(json.dumps({"plan": plan.code} | (clocked if plan.has_clock else unclocked)))
