"""What the parsers of the commands share."""

import argparse
import getpass
import sys


def parser_for(name: str, description: str) -> argparse.ArgumentParser:
    """A parser that knows no abbreviations: scripts must not break when an option is added."""
    return argparse.ArgumentParser(prog=f"steward {name}", description=description, allow_abbrev=False)


def hide_supervised(parser: argparse.ArgumentParser) -> None:
    """`--supervised`: started by `steward up`, which looks after PostgreSQL."""
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)


def read_password(what: str, *, twice: bool = False) -> str:
    """One line of standard input, or typed at a terminal unseen. Empty when there is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass(f"{what}: ")
    if twice and getpass.getpass(f"{what}, once more: ") != typed:
        print("The two differ; nothing was changed.", file=sys.stderr)
        raise SystemExit(1)
    return typed
