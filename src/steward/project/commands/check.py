"""`steward check`: what of this installation has to be put right."""

import sys
from collections.abc import Sequence

from steward.backups.standing import Trouble, troubles, unservable
from steward.files.carrying import late
from steward.privacy.egress.residency import findings
from steward.privacy.exports.upkeep import overdue_exports
from steward.project import backing_up, settings
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import database
from steward.project.places import WAY_OUT, tell, tell_troubles

UNSERVABLE = 3


def main(arguments: Sequence[str]) -> int:
    """0 when all is well, 1 when something has to be put right, 3 when nothing may be served before."""
    parser = parser_for("check", "Say what has to be put right: where data lie, backups, keys, the ledger, exports.")
    parser.add_argument("--serving", action="store_true", help="only what is asked before anything is served")
    options = parser.parse_args(arguments)
    with database():
        said = unservable(settings.STEWARD_DATA) if options.serving else troubles(backing_up.layout())
        found = [] if any(one.is_unservable for one in said) else findings()
        if not options.serving and not any(one.is_unservable for one in said):
            said += [*overdue_archives(), *_waiting_files()]
    tell(found)
    tell_troubles(said)
    if any(one.is_unservable for one in found):
        print(WAY_OUT, file=sys.stderr)
    if any(one.is_unservable for one in found) or any(one.is_unservable for one in said):
        return UNSERVABLE
    if any(one.is_error for one in found) or any(not one.is_note for one in said):
        return 1
    if not options.serving:
        print("Everything is as it should be.")
    return 0


def overdue_archives() -> list[Trouble]:
    """What is to be said of archives with persons' data that should be gone."""
    number = overdue_exports()
    if not number:
        return []
    archives = "One archive with a person’s data is" if number == 1 else f"{number} archives with persons’ data are"
    return [Trouble(f"{archives} past the time to be deleted: is `steward worker` running?")]


def _waiting_files() -> list[Trouble]:
    number = late()
    if not number:
        return []
    files = "One file waits" if number == 1 else f"{number} files wait"
    return [Trouble(f"{files} for the bucket (STEWARD_OBJECT_STORE) for more than an hour: the worker’s log says why.")]
