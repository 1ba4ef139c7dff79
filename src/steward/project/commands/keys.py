"""`steward keys backup` and `restore`: copies of the keys, apart from backups."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from steward.backups.errors import BackupFault
from steward.backups.key_copies import KEPT, copy_keys, last_copy, put_back
from steward.privacy.keys.errors import KeyMissing, Tampered, UnsafeMasterKey
from steward.privacy.keys.store import installation_key
from steward.project.commands.parsing import parser_for
from steward.project.failure import Failure


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (BackupFault, KeyMissing, Tampered, UnsafeMasterKey) as problem:
        raise Failure(str(problem)) from problem
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(
        "keys",
        f"Copy the keys, each wrapped by the master key, which is in no copy. Copies are kept for {KEPT.days} days.",
    )
    commands = parser.add_subparsers(required=True, metavar="backup|restore")
    backup = commands.add_parser("backup", help="copy the keys to a folder, and destroy copies past their day there")
    backup.add_argument("--to", metavar="DIR", help="the folder; where the last copy went, if there was one")
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="put back the keys of a copy that are missing here")
    restore.add_argument("copy", type=Path, metavar="FILE")
    restore.set_defaults(run=_restore)
    return parser


def _backup(options: argparse.Namespace) -> None:
    last = last_copy()
    place = Path(options.to) if options.to else last[1] if last else None
    if place is None:
        raise Failure("Where to? Name a folder with --to.")
    print(f"The keys were copied to {copy_keys(place)}.")


def _restore(options: argparse.Namespace) -> None:
    number = put_back(options.copy)
    installation_key()  # proves that the master key is the one that wrapped them
    print(f"{number} keys were put back.")
