"""Deleting an account, from the moment it is due until nothing is left.

A line in the ledger of erasures comes first, so that a backup that is restored loses the account again. Whoever is
killed in between goes on where it was: what is gone is not found a second time. A legal hold stops it between two
portions, and it goes on when that is lifted.
"""

import logging
from enum import Enum
from time import monotonic, sleep
from uuid import UUID

from steward.backups.key_copies import take_out
from steward.events.actions import record
from steward.jobs import enqueue, task
from steward.jobs.queries import accounts_waiting_for
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.departed_models import AccountCertificate, Departure
from steward.lifecycle.departing import elsewhere
from steward.lifecycle.departing.certifying import certify
from steward.lifecycle.departing.owners import News, owners_now, tell_former_owners
from steward.lifecycle.departing.portions import delete_some
from steward.lifecycle.departing.tables import count_rows, owned_tables
from steward.lifecycle.models import Standing
from steward.lifecycle.moves import move
from steward.lifecycle.plans import backups_after
from steward.lifecycle.standings import reckon
from steward.people.operators import note
from steward.privacy.erasure.ledger import departures, write_departed, write_departure
from steward.privacy.holds.actions import let_holds_wait
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.store import destroy_account_key
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)
AT_A_TIME = 20.0  # seconds of one job: then others have their turn
REST = 0.5  # of the time a portion took, so that others have the disk and the processors meanwhile
# Rows that come and go by themselves: that none was left to delete says nothing.
_FLEETING = frozenset({"live_presence", elsewhere.JOBS})


class Progress(Enum):
    GOES_ON = "goes on"
    HELD = "held"  # by a legal hold
    DONE = "done"


class NotWhole(RuntimeError):
    """Something was expected in a store and nothing was deleted there, or it does not get empty. Names the store."""


def begin_departure(account: Account) -> bool:
    """Begin to delete what a terminated account holds, by a job. In the scope of its upkeep.

    False when it is held, or has begun: then it is asked to go on.
    """
    let_holds_wait()
    if LegalHold.objects.in_force().exists():
        reckon()
        return False
    is_new = bool(Account.objects.filter(pk=account.pk, departing_since=None).update(departing_since=now()))
    if is_new:
        is_ordered = Standing.objects.filter(account=account, leaves_at__isnull=False).exists()
        Departure.objects.get_or_create(
            account=account, defaults={"begun_at": now(), "is_ordered": is_ordered, "told": owners_now(account)}
        )
        record("account.deletion_begun", account, actor=SYSTEM)
    if is_new or account.pk not in accounts_waiting_for(go_on_deleting):
        enqueue(go_on_deleting)
    return is_new


@task("lifecycle.delete", in_scope=False)
def go_on_deleting(account_id: UUID) -> None:
    """Some of it, and another job for the rest."""
    if delete_for_a_while(account_id, seconds=AT_A_TIME) is Progress.GOES_ON:
        with upkeep_scope(account_id):
            enqueue(go_on_deleting)


def delete_for_a_while(account_id: UUID, *, seconds: float, rest: float = REST) -> Progress:
    """Go on with a deletion that has begun, for so long. Raises `NotWhole` and, of a bucket, `StoreFault`."""
    until = monotonic() + seconds
    departure = Departure.objects.select_related("account").get(pk=account_id)
    if departure.deleted_at is not None:
        return Progress.DONE
    if departure.counted_at is None:
        _count_all(departure)
    tables = owned_tables()
    while monotonic() < until:
        began = monotonic()
        done = _step(account_id, tables)
        if done is not None:
            return done
        sleep((monotonic() - began) * rest)
    return Progress.GOES_ON


def _count_all(departure: Departure) -> None:
    """What there is, before anything goes: a store in which something was and nothing went is no deletion.

    Again where a legal hold stood in between; what had gone before it counts as it was.
    """
    account_id = departure.account_id
    write_departure(account_id, is_ordered=departure.is_ordered, begun_at=departure.begun_at.isoformat())
    before = {elsewhere.FILES: elsewhere.count_files(account_id), elsewhere.JOBS: elsewhere.count_jobs(account_id)}
    for table in owned_tables():
        with upkeep_scope(account_id):
            before[table] = count_rows(table, account_id)
    stored = before.get("files_file", 0)
    if stored and not before[elsewhere.FILES]:
        raise NotWhole(f"{stored} files are known and none is found: is the place of the files there?")
    before = {name: number + departure.erased.get(name, 0) for name, number in before.items()}
    # Files have no second witness once the rows are gone: of them the first count stays.
    before[elsewhere.FILES] = max(before[elsewhere.FILES], departure.before.get(elsewhere.FILES, 0))
    departure.before, departure.counted_at = {name: n for name, n in before.items() if n}, now()
    # Who counts beside another one, that has begun to delete, comes too late to say what there was.
    uncounted = Departure.objects.filter(pk=account_id, counted_at=None)
    uncounted.update(before=departure.before, counted_at=departure.counted_at)


def _step(account_id: UUID, tables: list[str]) -> Progress | None:
    """One portion, whichever is next; None when there is more."""
    with upkeep_scope(account_id):
        departure = _locked(account_id)
        if departure.deleted_at is not None:
            return Progress.DONE
        let_holds_wait()
        if LegalHold.objects.in_force().exists():
            # Until it goes on, much else goes by clocks of its own: it is counted anew then, and not missed.
            Departure.objects.filter(pk=account_id).update(counted_at=None)
            reckon()
            return Progress.HELD
        if not delete_some(departure, tables):
            return None
    if files := elsewhere.destroy_some_files(account_id):
        _count_more(account_id, {elsewhere.FILES: files})
        return None
    return _end(account_id, tables)


def _end(account_id: UUID, tables: list[str]) -> Progress | None:
    """Nothing is found any more: what is beside the tables goes, all is read back, then the key; it is certified."""
    account = Account.objects.get(pk=account_id)
    mails = elsewhere.forget_kept_mails(account)
    _count_more(account_id, {elsewhere.JOBS: elsewhere.forget_jobs(account_id), elsewhere.MAILS: mails})
    if left := _left(account_id, tables):
        _note_left(account_id, min(left))
        return None
    _refuse_unexpected_nothing(Departure.objects.get(pk=account_id))
    _destroy_key(account_id)
    with upkeep_scope(account_id):
        departure = _locked(account_id)
        if departure.deleted_at is None:
            _certify(account, departure)
    return Progress.DONE


def _left(account_id: UUID, tables: list[str]) -> dict[str, int]:
    """What is still there, by store."""
    left = {elsewhere.FILES: elsewhere.count_files(account_id), elsewhere.JOBS: elsewhere.count_jobs(account_id)}
    for table in tables:
        with upkeep_scope(account_id):
            left[table] = count_rows(table, account_id)
    found = {name: number for name, number in left.items() if number}
    if found:
        logger.info("account %s: some came in while it was deleted: %s", account_id, found)
    return found


def _note_left(account_id: UUID, store: str) -> None:
    """Some came in while the rest went, and goes in the next round. Twice the same is no coincidence."""
    if not Departure.objects.filter(pk=account_id).exclude(fault=store).update(fault=store):
        raise NotWhole(f"{store} does not get empty")


def _refuse_unexpected_nothing(departure: Departure) -> None:
    for store, number in sorted(departure.before.items()):
        if number and not departure.erased.get(store) and store not in _FLEETING:
            Departure.objects.filter(pk=departure.pk).update(fault=store)
            raise NotWhole(f"{number} were counted in {store}, and none was deleted")


def _destroy_key(account_id: UUID) -> None:
    """Last, for it reads what is left; and in the copies of the keys that can be reached."""
    destroy_account_key(account_id)
    copies = take_out(str(account_id))
    Departure.objects.filter(pk=account_id, key_destroyed_at=None).update(key_destroyed_at=now(), key_copies=copies)


def _certify(account: Account, departure: Departure) -> AccountCertificate:
    departure.refresh_from_db()
    for table, number in elsewhere.forget_names(account).items():
        departure.erased[table] = departure.erased.get(table, 0) + number
    # Of what could not be counted before (whose identity nobody else needs), what went is what there was.
    departure.before = departure.erased | departure.before
    at, plan = now(), Standing.objects.select_related("plan").get(account=account).plan
    departure.deleted_at, departure.fault = at, ""
    departure.backups_end_at = at + backups_after(plan)
    departure.save()
    move(account, Account.State.TERMINATED, Account.State.DELETED, None)
    certificate = certify(account, departure, AccountCertificate.Of.DELETED, _repeated(account.pk))
    tell_former_owners(News.DELETED, account, departure)
    note(None, "account.deleted", account_id=account.pk)
    reckon()
    write_departed(account.pk, sha256=certificate.sha256, deleted_at=at.isoformat())
    return certificate


def _repeated(account_id: UUID) -> dict[str, dict[str, str]]:
    """What is known of a certificate that a restored database has not got."""
    _begun, ended = departures().get(account_id, (None, None))
    if ended is None:
        return {}
    first = {"deleted_at": ended.deleted_at, "sha256": ended.sha256}
    return {"repeated_after_a_restore": first}


def _count_more(account_id: UUID, more: dict[str, int]) -> None:
    with upkeep_scope(account_id):
        departure = _locked(account_id)
        for store, number in more.items():
            if number:
                departure.erased[store] = departure.erased.get(store, 0) + number
        departure.save(update_fields=["erased"])


def _locked(account_id: UUID) -> Departure:
    found = Departure.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
    departure: Departure = found.get(pk=account_id)
    return departure
