"""`steward marketing list` and `withdraw`: who of the customers and former customers may be written to."""

import argparse
import json
from collections.abc import Sequence

from steward.marketing.consents import Consenting, consenting, withdraw
from steward.people.operators import note
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("marketing", "Who said that they may be written to about the service, and taking that back.")
    commands = parser.add_subparsers(required=True, metavar="list|withdraw")
    commands.add_parser("list", help="print them, one JSON object per line").set_defaults(run=_list)
    withdrawing = commands.add_parser("withdraw", help="delete somebody from the list, in whichever accounts they are")
    withdrawing.add_argument("--email", required=True, metavar="ADDRESS")
    withdrawing.set_defaults(run=_withdraw)
    return parser


def _list(_options: argparse.Namespace) -> None:
    rows = list(consenting())
    note(None, "marketing.downloaded", about=str(len(rows)))
    for one in rows:
        print(_line(one))


def _withdraw(options: argparse.Namespace) -> None:
    wanted = options.email.strip().lower()
    ended = [withdraw(one.id) for one in consenting() if one.email.strip().lower() == wanted]
    if not ended:
        raise Failure(f"{options.email} is not on the list.")
    note(None, "marketing.withdrawn")


def _line(one: Consenting) -> str:
    told = {
        "email": one.email, "name": one.name, "company": one.company, "language": one.language,
        "account": str(one.account_id), "channel": one.channel, "text_version": one.text_version,
        "given_at": one.given_at.isoformat(), "ends_at": one.ends_at.isoformat() if one.ends_at else None,
        "withdrawal": one.withdrawal,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)
