"""The database for the time of a command, and its troubles in one sentence."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import OperationalError, ProgrammingError

from steward.project import settings
from steward.project.database import at_hand
from steward.project.failure import Failure
from steward.tenancy.models import Account


@contextmanager
def database() -> Iterator[None]:
    """Inside, models can be used. Raises `Failure` when the database does not answer or was never set up."""
    with at_hand(settings.STEWARD_DATA):
        try:
            yield
        except (OperationalError, ProgrammingError) as problem:
            first = str(problem).partition("\n")[0]
            raise Failure(
                f"The database is not reachable, or not set up (`steward migrate` does that): {first}"
            ) from problem


def run_chosen(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """Run the sub-command (`set_defaults(run=...)`) that was typed, with the database at hand. Returns 0."""
    options = parser.parse_args(arguments)
    with database():
        options.run(options)
    return 0


def account_named(slug: str) -> Account:
    """The account with this slug; raises `Failure`."""
    account = Account.objects.filter(slug=slug.lower()).first()
    if account is None:
        raise Failure(f"There is no account “{slug}”; `steward account list` shows those there are.")
    return account
