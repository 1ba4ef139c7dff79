"""`steward bin show` and `purge`: what lies in the bin or is spam, and how it goes for good."""

import argparse
import json
from collections.abc import Sequence
from uuid import UUID

from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import run_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import Held
from steward.privacy.retention.actions import note_purge
from steward.project.commands.content import refuse_if_ended, refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope
from steward.tickets.actions.purging import NothingToPurge, in_bin, plan_purge, start_purge
from steward.tickets.holding import free_of_holds
from steward.tickets.statuses import Status


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("bin", "Tickets that were deleted or are spam, and purging them. What is held by law stays.")
    commands = parser.add_subparsers(required=True, metavar="show|purge")
    for name, words, run in (
        ("show", "count what lies there", _show),
        ("purge", "erase it for good: prints the plan, then what went", _purge),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--account", required=True, metavar="SLUG")
        command.add_argument("--spam", action="store_true", help="spam in place of the bin")
        command.set_defaults(run=run)
    command.add_argument("--ticket", action="append", default=[], metavar="CODE", help="only this one; may be repeated")
    command.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _show(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "bin.show")
    with account_scope(account.id):
        tickets = in_bin(_status(options))
        number, free = tickets.count(), free_of_holds(tickets).count()
    print(json.dumps({"status": _status(options).value, "tickets": number, "held": number - free}))


def _purge(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "bin.purge")
    try:
        with account_scope(account.id):
            erasure = plan_purge(_chosen(options), actor=SYSTEM)
        print(json.dumps({"plan": erasure.planned}, indent=2))
        if not options.yes and input(f"Type {options.account} to erase all of this for good: ") != options.account:
            raise Failure("Nothing was erased.")
        refuse_if_ended(account, "bin.purge")
        with account_scope(account.id):
            note_purge(start_purge(erasure, actor=SYSTEM), _status(options))
    except NothingToPurge as error:
        raise Failure("There is nothing to purge.") from error
    except Held as held:
        raise Failure(f"A legal hold keeps it: {held}.") from held
    done = run_erasure(account.id, erasure.id)
    print(json.dumps({"state": done.state, "erased": done.erased, "left": done.left}, indent=2))
    if done.state != Erasure.State.DONE:
        raise Failure("Not all of it is gone.")


def _chosen(options: argparse.Namespace) -> list[UUID]:
    """The tickets that are named, held or not; else all that nothing holds."""
    tickets = in_bin(_status(options))
    tickets = tickets.filter(code__in=options.ticket) if options.ticket else free_of_holds(tickets)
    return list(tickets.values_list("pk", flat=True))


def _status(options: argparse.Namespace) -> Status:
    return Status.SPAM if options.spam else Status.DELETED
