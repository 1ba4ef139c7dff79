"""`steward up`: everything in one command."""

from collections.abc import Sequence

from steward.project import settings
from steward.project.commands.parsing import parser_for
from steward.project.database import only_supervisor
from steward.project.running import bound, check_free, run_everything


def main(arguments: Sequence[str]) -> int:
    """Start the database, bring it up to date, and run web, worker and mail until Ctrl-C or SIGTERM."""
    parser_for("up", "Run everything: database, web, worker and mail.").parse_args(arguments)
    with only_supervisor(settings.STEWARD_DATA):
        listening = bound(settings.STEWARD_HOST, settings.STEWARD_PORT, "STEWARD_PORT")
        check_free(settings.STEWARD_SMTP_HOST, settings.STEWARD_SMTP_PORT, "STEWARD_SMTP_PORT")
        return run_everything(settings.STEWARD_DATA, listening, _tell, env={})


def _tell(_is_new: bool) -> None:
    print(
        f"Steward listens on http://{settings.STEWARD_HOST}:{settings.STEWARD_PORT}/ and for mail on port "
        f"{settings.STEWARD_SMTP_PORT}. Ctrl-C stops it.",
        flush=True,
    )
