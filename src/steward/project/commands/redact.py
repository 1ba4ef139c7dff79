"""`steward redact find` and `words`: what stands in a ticket that may be meant to go, and how it goes for good."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence

from steward.lib.actor import SYSTEM
from steward.lib.redacting import TooShort, pattern_of
from steward.privacy.holds.actions import Held
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope
from steward.tickets.actions import NothingFound, Reason, reach_of, redact_words, suggested
from steward.tickets.models import Message, Ticket
from steward.tickets.rewriting import holds


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("redact", "Words of a ticket become unreadable for good, in every copy of them within it.")
    commands = parser.add_subparsers(required=True, metavar="find|words")
    for name, words, run in (
        ("find", "count card numbers, accounts, passwords and the like in each message, without showing them", _find),
        ("words", "redact the words on standard input, one name, number or phrase on each line", _words),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--account", required=True, metavar="SLUG")
        command.add_argument("--ticket", required=True, metavar="CODE")
        command.set_defaults(run=run)
    command.add_argument("--reason", required=True, choices=[each.value for each in Reason])
    command.add_argument("--yes", action="store_true", help="do it; without, say only where the words stand")
    return parser


def _find(options: argparse.Namespace) -> None:
    with account_scope(account_named(options.account).id):
        for message in _messages(options):
            kinds = Counter(spot.kind.value for spot in suggested(message))
            print(json.dumps({"message": str(message.pk), "at": message.at.isoformat(), "found": kinds}))


def _words(options: argparse.Namespace) -> None:
    """From standard input: the command line is seen by others, and kept in a history."""
    words = [line.strip() for line in sys.stdin if line.strip()]
    try:
        pattern = pattern_of(words)
        with account_scope(account_named(options.account).id):
            message = next((each for each in _messages(options) if holds(each, pattern)), None)
            if message is None:
                raise Failure("No message of this ticket holds these words.")
            done = reach_of(message, words)
            if options.yes:
                done = redact_words(message, words, reason=Reason(options.reason), actor=SYSTEM)
    except (TooShort, NothingFound) as error:
        raise Failure(
            "Give words of at least three letters or digits, one name, number or phrase on each line."
        ) from error
    except Held as held:
        raise Failure(f"A legal hold keeps it: {held}.") from held
    told = {"redacted": options.yes, "places": done.copies, "let_go": done.gone, "files_not_read": done.files}
    print(json.dumps(told))


def _messages(options: argparse.Namespace) -> list[Message]:
    ticket = Ticket.objects.filter(code=options.ticket).first()
    if ticket is None:
        raise Failure(f"There is no ticket {options.ticket}.")
    return list(Message.objects.filter(ticket=ticket).order_by("at", "id"))
