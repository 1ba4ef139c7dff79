"""The database for the time of a command, and its troubles in one sentence."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from steward.project import settings
from steward.project.database import at_hand
from steward.project.failure import Failure
from steward.project.troubles import in_a_sentence
from steward.tenancy.models import Account


@contextmanager
def database() -> Iterator[None]:
    """Inside, models can be used. Raises `Failure` when the database does not answer or was never set up."""
    with at_hand(settings.STEWARD_DATA), in_a_sentence():
        yield


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
