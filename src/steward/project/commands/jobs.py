"""`steward jobs`: what could not be done, and trying it again."""

import argparse
import json
from collections.abc import Sequence

from steward.jobs.failed import failed_jobs, retry_job
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("jobs", "List the jobs that failed, and run one again.")
    commands = parser.add_subparsers(required=True, metavar="list|retry")
    listing = commands.add_parser("list", help="show the jobs that were given up, newest first")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    retry = commands.add_parser("retry", help="run a failed job again")
    retry.add_argument("id", type=int, metavar="ID")
    retry.set_defaults(run=_retry)
    return parser


def _list(options: argparse.Namespace) -> None:
    found = failed_jobs()
    for job in found:
        shown = {"id": job.id, "task": job.task, "account": job.account, "attempts": job.attempts, "at": job.at}
        print(json.dumps(shown, default=str) if options.json else "\t".join(map(str, shown.values())))
    if not found and not options.json:
        print("No job has failed.")


def _retry(options: argparse.Namespace) -> None:
    if not retry_job(options.id):
        raise Failure(f"Job {options.id} is not among the failed ones; `steward jobs list` shows them.")
    print(f"Job {options.id} runs again.")
