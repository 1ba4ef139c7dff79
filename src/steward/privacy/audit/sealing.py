"""What the chain of events says of chains: where the reads end, and behind which event it begins itself.

Events are anchored, and so both are. An account that reads and does nothing else is found by its clock.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from steward.events.actions import record
from steward.events.chain import BEGINNING, READS, Head, beginning, head
from steward.events.models import Event, EventClock, ReadClock
from steward.lib.actor import SYSTEM
from steward.tenancy.scope import upkeep_scope

SEALED = "audit.reads_sealed"
FORGOTTEN = "audit.entries_forgotten"


def seal_reads() -> int:
    """Say it in each account whose reads went on since; returns in how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unsealed_reads()")
        accounts = [account_id for (account_id,) in cursor.fetchall()]
    for account_id in accounts:
        _seal(account_id)
    return len(accounts)


def sealed() -> list[dict[str, Any]]:
    """What was said in the account in scope: the position as `number`, the chain's value there as `sha256`, in hex."""
    said = Event.objects.filter(kind=SEALED, position__gt=0).order_by("position").values_list("changes", flat=True)
    return [changes for changes in said if changes]


def seal() -> None:
    """Say where the reads of the account in scope end; nothing where nobody ever read."""
    if (clock := ReadClock.objects.first()) is not None:
        end = head(READS)
        ReadClock.objects.update(sealed=end.position)
        record(SEALED, clock, actor=SYSTEM, changes={"number": end.position, "sha256": end.chain.hex()})


def note_beginning(days: int) -> None:
    """Say behind which event the chain of the account in scope begins now: older ones than so many days went."""
    begin = beginning()
    told = {"number": begin.position, "sha256": begin.chain.hex(), "days": days}
    record(FORGOTTEN, EventClock.objects.get(), actor=SYSTEM, changes=told)


def noted_beginning() -> Head:
    """Behind which event the chain of the account in scope begins, as it says itself."""
    said = Event.objects.filter(kind=FORGOTTEN, position__gt=0).order_by("-position").values_list("changes", flat=True)
    changes = said.first()
    return Head(changes["number"], bytes.fromhex(changes["sha256"])) if changes else BEGINNING


def _seal(account_id: UUID) -> None:
    with upkeep_scope(account_id):
        seal()
