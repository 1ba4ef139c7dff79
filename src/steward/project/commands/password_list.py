"""`steward password-list`: make a list of known passwords, to be named in `STEWARD_PASSWORD_LIST`."""

from collections.abc import Sequence
from pathlib import Path

from steward.people.breached import FIRST_LINE, KnownPasswords, NotAList, build_list
from steward.people.passwords import SHORTEST
from steward.project.commands.parsing import parser_for
from steward.project.failure import Failure


def main(arguments: Sequence[str]) -> int:
    parser = parser_for("password-list", "Make a list of passwords that nobody may choose. It holds hashes only.")
    parser.add_argument("source", type=Path, metavar="SOURCE", help="a text file in UTF-8, one password on each line")
    parser.add_argument("target", type=Path, metavar="TARGET", help="the file to write")
    options = parser.parse_args(arguments)
    try:
        with options.source.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            made = build_list(lines, shortest=SHORTEST)
        if made == FIRST_LINE:
            raise Failure(f"No line of {options.source} has {SHORTEST} characters; nothing was written.")
        options.target.write_bytes(made)
        count = len(KnownPasswords(options.target))
    except (OSError, NotAList) as problem:
        raise Failure(f"The list could not be made: {problem}") from problem
    print(f"{options.target}: {count:,} passwords of at least {SHORTEST} characters, {len(made):,} bytes.")
    return 0
