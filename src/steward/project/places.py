"""What every command that serves asks before it does: do the data that are here belong here (class I, at boot), and
is nobody among them who was erased?"""

import sys
from collections.abc import Iterable

from django.conf import settings
from django.db import connection

from steward.backups.standing import Trouble, unservable
from steward.privacy.egress.addresses import BadDestination
from steward.privacy.egress.environment import note_environment
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
    that do not belong here, or where their accounts were told of another place; where a restored database has not
    followed the ledger of erasures; and when the database does not answer.
    """
    with in_a_sentence():
        stuck = unservable(settings.STEWARD_DATA)
        found = [] if stuck else findings()  # half restored there may be no tables to ask
    if not connection.in_atomic_block:
        connection.close()  # what serves has connections of its own, in other threads
    stopping = [one for one in found if one.is_unservable]
    tell(stopping if is_quiet else found)
    tell_troubles(stuck)
    if stopping:
        raise Failure(f"Nothing is served before that is put right. {WAY_OUT}")
    if stuck:
        raise Failure("Nothing is served before that is put right.")


def note_instructions(*, is_whole: bool = False) -> None:
    """Note the relay and the object stores that the environment of this process names (class T, where Steward is run
    for oneself).

    `is_whole`: what is not named is used no more (`environment.note_environment`). A setting that cannot be read stops
    nothing here: what needs it says so. Raises `Failure` when the database does not answer.
    """
    with in_a_sentence():
        try:
            note_environment(is_whole=is_whole)
        except BadDestination as problem:
            print(f"error: a relay or a bucket in the settings cannot be used: {problem}", file=sys.stderr)
    if not connection.in_atomic_block:
        connection.close()


def tell(found: Iterable[Finding]) -> None:
    """One line for each finding, on standard error."""
    for one in found:
        print(f"{'error' if one.is_error else 'note'}: {one.words}", file=sys.stderr)


def tell_troubles(troubles: Iterable[Trouble]) -> None:
    """One line for each, on standard error."""
    for one in troubles:
        print(f"{'note' if one.is_note else 'error'}: {one.words}", file=sys.stderr)
