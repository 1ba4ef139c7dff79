"""How much there is of an account before it is deleted, how much went, and what is still there.

Whoever is killed between a deletion and its count says neither too much nor too little: rows are counted in the
transaction in which they go, and files are announced before.
"""

import logging
from collections.abc import Mapping
from uuid import UUID

from steward.lib.clock import now
from steward.lifecycle.departed_models import Departure
from steward.lifecycle.departing import elsewhere
from steward.lifecycle.departing.elsewhere import FILES, JOBS
from steward.lifecycle.departing.tables import count_rows, existing_tables, owned_tables
from steward.privacy.erasure.ledger import write_departure
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)
_ROWS_OF_FILES = "files_file"
_ANNOUNCED = "files announced"  # at `Departure.erased` while they are being deleted


class NotWhole(RuntimeError):
    """A store does not get empty, or was not found again. Names the store."""


def locked_departure(account_id: UUID) -> Departure:
    """How its data go, kept from others until the end of the transaction."""
    found = Departure.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
    departure: Departure = found.get(pk=account_id)
    return departure


def count_all(departure: Departure) -> None:
    """What there is, before anything goes: what is less at the end and was not deleted here went by itself.

    Again where a legal hold stood in between; what had gone before it counts as it was. Raises `NotWhole`.
    """
    account_id = departure.account_id
    write_departure(account_id, is_ordered=departure.is_ordered, begun_at=departure.begun_at.isoformat())
    before = {FILES: elsewhere.count_files(account_id), JOBS: elsewhere.count_jobs(account_id)}
    for table in owned_tables():
        with upkeep_scope(account_id):
            before[table] = count_rows(table, account_id)
    stored = before.get(_ROWS_OF_FILES, 0)
    if stored and not before[FILES]:
        raise NotWhole(f"{stored} files are known and none is found: is the place of the files there?")
    before = {name: number + departure.erased.get(name, 0) for name, number in before.items()}
    # Files have no second witness once the rows are gone: of them the first count stays.
    before[FILES] = max(before[FILES], departure.before.get(FILES, 0))
    departure.before, departure.counted_at = {name: n for name, n in before.items() if n}, now()
    # Who counts beside another one, that has begun to delete, comes too late to say what there was.
    uncounted = Departure.objects.filter(pk=account_id, counted_at=None)
    uncounted.update(before=departure.before, counted_at=departure.counted_at)


def count_more(account_id: UUID, more: Mapping[str, int]) -> None:
    """So many went of each store."""
    with upkeep_scope(account_id):
        departure = locked_departure(account_id)
        for store, number in more.items():
            if number:
                departure.erased[store] = departure.erased.get(store, 0) + number
        departure.save(update_fields=["erased"])


def destroy_some_files(account_id: UUID) -> bool:
    """Delete some stored files and count them; whether there were any. In no transaction. Raises `StoreFault`."""
    keys = elsewhere.some_files(account_id)
    _announce(account_id, len(keys))
    elsewhere.destroy_files(account_id, keys)
    if keys:
        _count_announced(account_id, left=None)
    return bool(keys)


def _announce(account_id: UUID, number: int) -> None:
    """So many are about to go. What was announced before and not counted: whoever did that was killed."""
    if Departure.objects.get(pk=account_id).erased.get(_ANNOUNCED):
        _count_announced(account_id, left=elsewhere.count_files(account_id))
    if number:
        count_more(account_id, {_ANNOUNCED: number})


def _count_announced(account_id: UUID, *, left: int | None) -> None:
    """They went; where it is not known, as many as are missing of those that should be `left`."""
    with upkeep_scope(account_id):
        departure = locked_departure(account_id)
        announced, gone = departure.erased.pop(_ANNOUNCED, 0), departure.erased.get(FILES, 0)
        if left is not None:
            announced = max(0, min(announced, departure.before.get(FILES, 0) - gone - left))
        if announced:
            departure.erased[FILES] = gone + announced
        departure.save(update_fields=["erased"])


def what_is_left(account_id: UUID, tables: list[str]) -> dict[str, int]:
    """What is still there, by store: looked at anew."""
    left = {FILES: elsewhere.count_files(account_id), JOBS: elsewhere.count_jobs(account_id)}
    for table in tables:
        with upkeep_scope(account_id):
            left[table] = count_rows(table, account_id)
    found = {name: number for name, number in left.items() if number}
    if found:
        logger.info("account %s: some came in while it was deleted: %s", account_id, found)
    return found


def note_left(account_id: UUID, store: str) -> None:
    """Some came in while the rest went, and goes in the next round. Twice the same is no coincidence: `NotWhole`."""
    if not Departure.objects.filter(pk=account_id).exclude(fault=store).update(fault=store):
        raise NotWhole(f"{store} does not get empty")


def refuse_what_was_not_found_again(departure: Departure, tables: list[str]) -> None:
    """Raise `NotWhole` where that nothing is left proves nothing.

    Rows that were counted and are not there any more went by clocks of their own, if not here. But not of a table that
    is there and at which nobody looked; and not files, when their rows were deleted here and none of them was found.
    """
    counted, erased = departure.before, departure.erased
    missing = sorted(existing_tables().intersection(counted).difference(tables))
    if counted.get(FILES) and erased.get(_ROWS_OF_FILES) and not erased.get(FILES):
        missing.append(FILES)
    for store in missing:
        Departure.objects.filter(pk=departure.pk).update(fault=store)
        raise NotWhole(f"{counted[store]} were counted in {store}, and it was not found again")
