"""What every command that serves asks before it does: do the data that are here belong here? (Class I, at boot.)"""

import sys
from collections.abc import Iterable

from django.db import connection

from steward.privacy.egress.residency import Finding, findings
from steward.project.failure import Failure
from steward.project.troubles import in_a_sentence

WAY_OUT = (
    "Either this process runs in the wrong place: set STEWARD_DATA_CENTRE "
    "and DATABASE_URL back to the region of these accounts. Or the directory or the list of subprocessors is behind: "
    "`steward data-centre add` and `steward registry` bring them up to date. `steward data-centre check` says whether "
    "all is well then."
)


def check_places(*, is_quiet: bool = False) -> None:
    """Say on standard error what is not where, or who, it should be.

    `is_quiet`: only what stops us, for the supervisor has said the rest. Raises `Failure` where data would be served
    that do not belong here, or where their accounts were told of another place; and when the database does not answer.
    """
    with in_a_sentence():
        found = findings()
    if not connection.in_atomic_block:
        connection.close()  # what serves has connections of its own, in other threads
    stopping = [one for one in found if one.is_unservable]
    tell(stopping if is_quiet else found)
    if stopping:
        raise Failure(f"Nothing is served before that is put right. {WAY_OUT}")


def tell(found: Iterable[Finding]) -> None:
    """One line for each finding, on standard error."""
    for one in found:
        print(f"{'error' if one.is_error else 'note'}: {one.words}", file=sys.stderr)
