"""`steward django ...`: Django's own management commands, with our settings and our database at hand."""

import warnings
from collections.abc import Sequence

from django.core.management import execute_from_command_line

from steward.privacy.egress import wall
from steward.project import settings
from steward.project.database import at_hand, is_embedded


def main(arguments: Sequence[str]) -> int:
    """Pass everything on. Before the first set-up there is no database to start, and most commands need none."""
    with wall.allow_child("management commands may run editors, compilers and shells"):
        if is_embedded() and not (settings.STEWARD_DATA / "postgres").exists():
            warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
            execute_from_command_line(["steward django", *arguments])
            return 0
        with at_hand(settings.STEWARD_DATA):
            execute_from_command_line(["steward django", *arguments])
    return 0
