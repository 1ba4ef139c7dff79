"""`steward redact find`, `words` and `nothing`: what stands in a ticket that may be meant to go, how it goes for good,
and what a redaction of the ledger comes to that a restored backup cannot follow by itself.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from steward.backups.redactions import NoSuchRedaction, is_about, redaction_of, settle_redaction
from steward.lib.actor import SYSTEM
from steward.lib.redacting import TooShort, pattern_of
from steward.privacy.erasure.ledger_lines import LedgerBroken, Redacted
from steward.privacy.holds.actions import Held
from steward.privacy.keys.errors import KeyMissing
from steward.project.commands.content import record_replay, refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.actions import NothingFound, Reason, reach_of, redact_subject, redact_words, suggested
from steward.tickets.models import Message, Ticket
from steward.tickets.rewriting import holds


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("redact", "Words of a ticket become unreadable for good, in every copy of them within it.")
    commands = parser.add_subparsers(required=True, metavar="find|words|nothing")
    for name, words, run in (
        ("find", "count card numbers, accounts, passwords and the like in each message, without showing them", _find),
        ("words", "redact the words on standard input, one name, number or phrase on each line", _words),
        ("nothing", "say that of a redaction in the ledger nothing is there to redact", _nothing),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--account", required=True, metavar="SLUG")
        command.add_argument("--ticket", required=True, metavar="CODE")
        command.set_defaults(run=run)
    _add_options(commands.choices["words"], commands.choices["nothing"])
    return parser


def _add_options(words: argparse.ArgumentParser, nothing: argparse.ArgumentParser) -> None:
    words.add_argument("--reason", choices=[each.value for each in Reason], help="needed without --as")
    words.add_argument("--yes", action="store_true", help="do it; without, say only where the words stand")
    told = "the redaction of the ledger that `steward restore` could not follow"
    words.add_argument("--as", dest="number", type=UUID, metavar="NUMBER", help=told)
    nothing.add_argument("--as", dest="number", type=UUID, metavar="NUMBER", required=True, help=told)
    nothing.add_argument("--yes", action="store_true", required=True, help="somebody has looked at the ticket")


def _find(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "redact.find")
    with account_scope(account.id):
        for message in _messages(options):
            kinds = Counter(spot.kind.value for spot in suggested(message))
            print(json.dumps({"message": str(message.pk), "at": message.at.isoformat(), "found": kinds}))


def _words(options: argparse.Namespace) -> None:
    """From standard input: the command line is seen by others, and kept in a history."""
    words = [line.strip() for line in sys.stdin if line.strip()]
    if options.number is None and options.reason is None:
        raise Failure("Say why: --reason.", code=2)
    account = account_named(options.account)
    line = _line_about(account, options, words) if options.number else None
    if line is None:
        refuse_without_consent(account, "redact.words")
    try:
        with account_scope(account.id):
            print(
                json.dumps(_subject(options, line, words) if line and not line.message else _do(options, line, words))
            )
    except TooShort as error:
        raise Failure(
            "Give words of at least three letters or digits, one name, number or phrase on each line."
        ) from error
    except NothingFound as error:
        raise Failure("Neither the message of that redaction nor a file of it holds these words.") from error
    except Held as held:
        raise Failure(f"A legal hold keeps it: {held}.") from held


def _do(options: argparse.Namespace, line: Redacted | None, words: list[str]) -> dict[str, object]:
    pattern = pattern_of(words)
    messages = _messages(options)
    meant = (each for each in messages if (str(each.pk) == line.message if line else holds(each, pattern)))
    message = next(meant, None)
    if message is None:
        raise Failure("No message of this ticket holds these words.")
    done = reach_of(message, words)
    if options.yes:
        reason = Reason(options.reason or (line.reason if line else ""))
        done = redact_words(message, words, reason=reason, actor=SYSTEM, again=options.number)
    return {"redacted": options.yes, "places": done.copies, "let_go": done.gone, "files_not_read": done.files}


def _subject(options: argparse.Namespace, line: Redacted, words: list[str]) -> dict[str, object]:
    if not pattern_of(words).search(Ticket.objects.values_list("subject", flat=True).get(code=options.ticket)):
        raise Failure("The subject does not hold these words.")
    if options.yes:
        reason = Reason(options.reason or line.reason)
        redact_subject(UUID(line.ticket), words, reason=reason, actor=SYSTEM, again=options.number)
    return {"redacted": options.yes, "places": {"subject": 1}}


def _nothing(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    line = _line(account, options)
    record_replay(account, "redact.nothing")
    settle_redaction(line)
    print(json.dumps({"redaction": line.redaction, "comes_to": "nothing"}))


def _line_about(account: Account, options: argparse.Namespace, words: list[str]) -> Redacted:
    """The same, when all the words are those of the redaction. Raises `Failure`.

    It is recorded before they are compared: so is whoever tries to guess them.
    """
    line = _line(account, options)
    record_replay(account, "redact.words")
    try:
        if is_about(line, words):
            return line
    except KeyMissing as problem:
        raise Failure(f"{problem}.") from problem
    raise Failure(
        "These are not the words that were redacted then, letter for letter. Others go without --as; where none of "
        "those of then is there, `steward redact nothing --as NUMBER` says so."
    )


def _line(account: Account, options: argparse.Namespace) -> Redacted:
    """What the ledger has of a redaction that was not followed here, in the ticket that was named. Raises `Failure`."""
    try:
        line = redaction_of(account.id, options.number)
    except NoSuchRedaction as problem:
        raise Failure(f"{str(problem).capitalize()}. To redact words now, leave out --as.") from problem
    except LedgerBroken as problem:
        raise Failure(f"{problem}.") from problem
    with account_scope(account.id):
        ticket = Ticket.objects.filter(code=options.ticket).first()
        about = Message.objects.get(pk=line.message).ticket_id if line.message else UUID(line.ticket)
    if ticket is None or about != ticket.pk:
        raise Failure(f"That redaction is of another ticket than {options.ticket}.")
    return line


def _messages(options: argparse.Namespace) -> list[Message]:
    ticket = Ticket.objects.filter(code=options.ticket).first()
    if ticket is None:
        raise Failure(f"There is no ticket {options.ticket}.")
    return list(Message.objects.filter(ticket=ticket).order_by("at", "id"))
