"""`python -m steward.project.messages COMMAND`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from steward.project.messages.catalogues import LANGUAGES, update
from steward.project.messages.checking import faults
from steward.project.messages.compiling import compile_changed
from steward.project.messages.outside.finding import strings_outside
from steward.project.messages.sources import all_messages
from steward.project.messages.translators import bring_in, to_do
from steward.project.messages.upstream import update_supplements


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when all is well, 1 when something is to be done."""
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m steward.project.messages", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run, about in (
        ("update", _update, "bring the catalogues in step with the sources"),
        ("check", _check, "say what is missing or wrong; nothing is changed"),
        ("compile", _compile, "compile what changed"),
        ("export", _export, "print what is to be translated as JSON"),
        ("import", _import, "take translations: JSON as exported, or an object of id: translation(s)"),
    ):
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        if name in {"export", "import"}:
            command.add_argument("language", choices=LANGUAGES)
        if name == "export":
            command.add_argument("count", type=int, nargs="?", default=100, help="entries in one part (100)")
            command.add_argument("part", type=int, nargs="?", default=1, help="which part, from 1")
            command.add_argument("--all", action="store_true", help="also what is translated already")
        if name == "import":
            command.add_argument("file", type=Path, help="- for standard input")
    return parser


def _update(_options: argparse.Namespace) -> int:
    left, upstream = update(all_messages()), update_supplements()
    for language in LANGUAGES:
        print(f"{language}: {left[language]} to translate, and {upstream[language]} of the libraries")
    return 0


def _check(_options: argparse.Namespace) -> int:
    found = [*strings_outside(), *faults(all_messages())]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def _compile(_options: argparse.Namespace) -> int:
    compile_changed()
    return 0


def _export(options: argparse.Namespace) -> int:
    entries = to_do(options.language, everything=options.all)
    start = (options.part - 1) * options.count
    chosen = entries[start : start + options.count]
    print(json.dumps(chosen, ensure_ascii=False, indent=1))
    print(f"{len(chosen)} of {len(entries)}", file=sys.stderr)
    return 0


def _import(options: argparse.Namespace) -> int:
    text = sys.stdin.read() if str(options.file) == "-" else options.file.read_text()
    given = json.loads(text)
    if isinstance(given, list):
        given = {entry["id"]: entry["translations"] for entry in given if any(entry["translations"])}
    outcome = bring_in(options.language, given)
    print(f"{outcome.taken} taken, {len(outcome.refused)} refused")
    print(*outcome.refused, sep="\n", end="\n" if outcome.refused else "")
    return 1 if outcome.refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
