"""`steward migrate`: set up the database, or bring it up to date."""

from collections.abc import Sequence

from steward.project import settings
from steward.project.commands.parsing import parser_for
from steward.project.database import at_hand
from steward.project.setting_up import set_up


def main(arguments: Sequence[str]) -> int:
    parser_for("migrate", "Set up the database or bring it up to date; safe to repeat.").parse_args(arguments)
    with at_hand(settings.STEWARD_DATA) as server:
        set_up(server)
    print("The database is up to date.")
    return 0
