"""`steward egress list`: what left an account, and what was refused."""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC

from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.reading import Wanted, portions
from steward.project.commands.content import refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("egress", "Read the ledger of what left an account. It never says what was in it.")
    commands = parser.add_subparsers(required=True, metavar="list")
    listing = commands.add_parser("list", help="show what left and what was refused, the newest first")
    listing.add_argument("--account", required=True, metavar="SLUG")
    listing.add_argument("--refused", action="store_true", help="only what was refused")
    listing.add_argument("--host", default="", help="only this host")
    listing.add_argument("--most", type=int, default=100, metavar="N", help="at most so many rows (100)")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    return parser


def _list(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "egress.list")
    wanted = Wanted(is_allowed=False if options.refused else None, host=options.host.lower())
    for rows in portions(account.id, wanted, most=options.most):
        for row in rows:
            print(json.dumps(_told(row)) if options.json else "\t".join(map(str, _told(row).values())))


def _told(row: EgressEvent) -> dict[str, object]:
    return {
        "at": row.at.astimezone(UTC).isoformat(timespec="seconds"),
        "outcome": "left" if row.is_allowed else row.reason_code,
        "traffic": row.traffic,
        "purpose": row.purpose,
        "destination": f"{row.host}:{row.port}",
        "engagement": row.engagement,
        "bytes": row.bytes if row.bytes is not None else "",
    }
