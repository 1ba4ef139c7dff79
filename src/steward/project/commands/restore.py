"""`steward restore`: a backup is brought back, and who was erased since is erased again before anything is served."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from steward.backups.drills import Counted, note_restored
from steward.backups.errors import BackupFault
from steward.backups.manifests import trusted
from steward.backups.places import Place, place_of
from steward.backups.redactions import redact_again
from steward.backups.remote import Remote
from steward.backups.replaying import replay
from steward.backups.restoring import check_ledger, check_target, finish, restore_database, restore_files
from steward.backups.stops import stop_again
from steward.lifecycle.departing.after_restore import delete_accounts_again
from steward.lifecycle.departing.counting import NotWhole
from steward.lifecycle.ordered_again import follow_orders
from steward.privacy.audit.verifying import void_anchors_everywhere
from steward.privacy.egress.configuration import give_bucket
from steward.privacy.egress.early import without_a_database
from steward.privacy.egress.s3.buckets import is_bucket
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.erasure.ledger_lines import LedgerBroken
from steward.privacy.keys.errors import KeyMissing, Tampered, UnsafeMasterKey
from steward.privacy.support_access.actions import end_all_access_everywhere
from steward.project import backing_up, settings
from steward.project.commands import session
from steward.project.commands.parsing import parser_for
from steward.project.database import alone, is_embedded, started
from steward.project.failure import Failure
from steward.project.postgres import Server
from steward.project.setting_up import prepare_database, set_up
from steward.project.troubles import in_a_sentence


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if options.replay == bool(options.backup):
        raise Failure("Name one backup, or --replay.", code=2)
    try:
        if options.backup:
            _restore(_folder(options.backup))
        else:
            with session.database():
                _replay()
    except (KeyMissing, UnsafeMasterKey) as problem:
        words = "`steward keys restore` puts a copy of the keys back; the master key comes first."
        raise Failure(f"{problem}. {words}") from problem
    except (BackupFault, NotWhole, StoreFault, Tampered, LedgerBroken) as problem:
        raise Failure(str(problem)) from problem
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(
        "restore",
        "Bring a backup back into an empty data directory and database, and erase again whoever was erased since. The "
        "keys and STEWARD_LEDGER have to be there. When it was interrupted, the same command goes on.",
    )
    parser.add_argument("backup", nargs="?", help="its folder, its name in STEWARD_BACKUPS, or s3s://.../NAME")
    parser.add_argument("--replay", action="store_true", help="only follow the ledger, after a restore by hand")
    return parser


def _folder(text: str) -> Place:
    """A folder, a backup of a bucket by its whole address, or a name in STEWARD_BACKUPS."""
    if is_bucket(text):
        address, question, more = text.partition("?")
        above, _, name = address.rstrip("/").rpartition("/")
        return _allowed(place_of(f"{above}{question}{more}") / name)
    path = Path(text)
    if path.is_dir() or not settings.STEWARD_BACKUPS:
        return path.absolute()
    return place_of(settings.STEWARD_BACKUPS) / text


def _allowed(folder: Place) -> Place:
    if isinstance(folder, Remote):
        give_bucket(folder.bucket)
    return folder


def _restore(folder: Place) -> None:
    data: Path = settings.STEWARD_DATA
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with alone(data), without_a_database() as early:
        manifest, _ = trusted(folder)
        check_ledger(manifest)
        with _server(data) as server:
            prepare_database(server)
            database, files = backing_up.database_of(server), backing_up.files()
            check_target(manifest, data, files, database)
            restore_files(folder, data, files)
            print(f"{manifest.files} files are back.", flush=True)
            restore_database(folder, data, database)
            print(f"{sum(manifest.rows.values())} rows are back.", flush=True)
            set_up(server)  # an older backup is brought up to date before its rows are touched
            with in_a_sentence():
                _replay()
                _void()
                early.settle()
        finish(data)
        note_restored(manifest.name, is_good=True, counted=Counted(sum(manifest.rows.values()), manifest.files))
    print(f"The backup of {manifest.created_at} is restored.")


def _void() -> None:
    """What was anchored after the backup was made is about entries that are not here: nobody has to be alarmed."""
    try:
        number = void_anchors_everywhere()
    except OSError as problem:
        words = "`steward audit restored --yes` says later that a backup was restored."
        print(f"Anchors of the audit could not be made void: {problem}. {words}", file=sys.stderr)
        return
    if number:
        print(f"Anchors of the audit from after the backup are void in {number} accounts.", flush=True)


@contextmanager
def _server(data: Path) -> Iterator[Server | None]:
    if not is_embedded():
        yield None
        return
    server = started(data)
    try:
        yield server
    finally:
        server.stop()


def _replay() -> None:
    def told(done: int, of: int) -> None:
        print(f"\r{done} of {of} erasures", end="", file=sys.stderr, flush=True)

    deleted, kept = delete_accounts_again()  # first: what is in them needs nothing else
    if deleted:
        print(f"{deleted} accounts of the ledger were deleted again.", flush=True)
    if kept:
        print(f"{kept} accounts were kept by a legal hold of that time: look at them before you serve.", flush=True)
    if orders := follow_orders():
        print(f"{orders} orders of owners to delete their accounts, or not to, were followed again.", flush=True)
    again = redact_again(is_last=False)  # first: an erasure that is done again redacts, too, and leaves fewer words
    followed = replay(told)
    if followed.done or followed.held:
        print(file=sys.stderr)
    print(f"{followed.done} erasures of the ledger were done again.", flush=True)
    if stopped := stop_again():
        print(f"{stopped} objections, restrictions and ended instructions of the ledger were repeated.", flush=True)
    if ended := end_all_access_everywhere():  # some may have been ended since: whoever wants it grants it anew
        print(f"{ended} accesses by support were ended.", flush=True)
    if again := again + redact_again():
        print(f"{again} redactions of the ledger were done again.", flush=True)
    if followed.held:
        print(f"{followed.held} were stopped by a legal hold of that time: look at them before you serve.", flush=True)
