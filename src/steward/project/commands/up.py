"""`steward up`: everything in one command."""

import subprocess
import sys
from collections.abc import Sequence

from steward.project import settings
from steward.project.commands.parsing import parser_for
from steward.project.database import only_supervisor
from steward.project.failure import Failure
from steward.project.running import bound, check_free, run_everything

_UNSERVABLE = 3  # of `steward check`


def main(arguments: Sequence[str]) -> int:
    """Start the database, bring it up to date, and run web, worker and mail until Ctrl-C or SIGTERM."""
    parser_for("up", "Run everything: database, web, worker and mail.").parse_args(arguments)
    with only_supervisor(settings.STEWARD_DATA):
        listening = bound(settings.STEWARD_HOST, settings.STEWARD_PORT, "STEWARD_PORT")
        check_free(settings.STEWARD_SMTP_HOST, settings.STEWARD_SMTP_PORT, "STEWARD_SMTP_PORT")
        return run_everything(settings.STEWARD_DATA, listening, _tell, env={})


def _tell(_is_new: bool) -> None:
    _check_places()
    print(
        f"Steward listens on http://{settings.STEWARD_HOST}:{settings.STEWARD_PORT}/ and for mail on port "
        f"{settings.STEWARD_SMTP_PORT}. Ctrl-C stops it.",
        flush=True,
    )


def _check_places() -> None:
    """Ask in a process with models. Raises `Failure` where nothing may be served; the lines before say why."""
    command = [sys.executable, "-m", "steward.project.cli", "check", "--serving"]
    if subprocess.run(command, check=False).returncode == _UNSERVABLE:
        raise Failure("Nothing is served before that is put right.")
