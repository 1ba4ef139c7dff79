"""`steward person export`: the archive as a file, and its passphrase on standard output, this once."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from steward.files.actions import read_file
from steward.lib.actor import SYSTEM
from steward.privacy.exports.actions import Wanted, delete_export, note_download, note_export, reveal_passphrase
from steward.privacy.exports.building import run_export
from steward.privacy.exports.models import Export
from steward.privacy.requests.persons import Person
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def add_options(command: argparse.ArgumentParser) -> None:
    """What can be said beside whose data it is."""
    kinds = [one.value for one in Export.Kind]
    command.add_argument("--kind", choices=kinds, default=kinds[0], help="everything, or what they gave (%(default)s)")
    command.add_argument("--without-notes", action="store_true", help="leave notes among agents out")
    command.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="")
    command.add_argument("--to", type=Path, metavar="FILE", help="where the archive goes (a name of its own, here)")


def export(account: Account, person: Person, options: argparse.Namespace) -> dict[str, object]:
    """Make the archive and write it; the stored one is deleted at once. Raises `Failure` where a file is already."""
    wanted = Wanted(Export.Kind(options.kind), not options.without_notes, language=options.language)
    with account_scope(account.id):
        noted = note_export(person, wanted, actor=SYSTEM)
    place = options.to or Path(f"{account.slug}-export-{noted.asked_at:%Y-%m-%d}-{noted.pk.hex[-6:]}.zip")
    made = run_export(account.id, noted.pk)
    if made is None:
        raise Failure("The person was erased meanwhile. Nothing was exported.")
    try:
        with account_scope(account.id):
            passphrase, file = reveal_passphrase(made, actor=SYSTEM), note_download(made, actor=SYSTEM)
        _write(place, read_file(file))
    finally:
        with account_scope(account.id):
            delete_export(made)
    return {"file": str(place), "bytes": file.size, "sha256": bytes(file.sha256).hex(), "passphrase": passphrase}


def _write(place: Path, chunks: Iterable[bytes]) -> None:
    """To a new file that only its owner reads."""
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Failure(f"There is a file {place} already: choose another with --to.") from error
    except OSError as error:
        raise Failure(f"{place} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as out:
        for chunk in chunks:
            out.write(chunk)
