"""`steward mail-in`: one mail from standard input, as a mail server's pipe delivers it."""

import sys
from collections.abc import Sequence

from steward.channels.email.pipe import mail_in
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import database
from steward.project.failure import TEMPORARY, Failure
from steward.project.places import check_places


def main(arguments: Sequence[str]) -> int:
    parser = parser_for(
        "mail-in", "Take one mail from standard input. Exit codes: 75 try again later, 67 no such address."
    )
    parser.add_argument("--to", required=True, metavar="ADDRESS", help="the envelope recipient")
    parser.add_argument(
        "--from", dest="sender", default="", metavar="ADDRESS", help="the envelope sender; empty for bounces"
    )
    options = parser.parse_args(arguments)
    try:
        with database():
            check_places(is_quiet=True)
            return mail_in(options.to, options.sender, sys.stdin.buffer)
    except Failure as failure:
        raise Failure(str(failure), code=TEMPORARY) from failure
