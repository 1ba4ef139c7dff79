"""Troubles of the database in one sentence for whoever typed the command."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, ProgrammingError

from steward.project.failure import Failure
from steward.tenancy.scope import SealedAccount


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Raises `Failure` where the database does not answer or was never set up, and for an account that is sealed."""
    try:
        yield
    except SealedAccount as sealed:
        raise Failure("This account is terminated: what it holds is sealed until `steward account reopen`.") from sealed
    except (OperationalError, ProgrammingError) as problem:
        first = str(problem).partition("\n")[0]
        raise Failure(
            f"The database is not reachable, or not set up (`steward migrate` does that): {first}"
        ) from problem
