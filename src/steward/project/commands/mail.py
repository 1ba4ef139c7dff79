"""`steward mail`: the mail server and the mailboxes; `steward mail explain`: what mails would become."""

import importlib
from collections.abc import Sequence

from steward.channels.email.parsing import explain
from steward.project.commands.parsing import hide_supervised, parser_for

_MORE = "`steward mail explain [--json] FILE...` shows what messages would become, storing and sending nothing."


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["explain"]:
        return explain.main(arguments[1:])
    parser = parser_for("mail", f"Run only the mail server and the mailboxes. {_MORE}")
    hide_supervised(parser)
    options = parser.parse_args(arguments)
    importlib.import_module("steward.project.starting").start_django()  # not for `explain`: it needs no installation
    run: int = importlib.import_module("steward.project.receiving").run(supervised=options.supervised)
    return run
