"""Deleting an account, from the moment it is due until nothing is left.

A line in the ledger of erasures comes first, so that a backup that is restored loses the account again. Whoever is
killed in between goes on where it was: what is gone is not found a second time. A legal hold stops it between two
portions, and it goes on when that is lifted.
"""

import logging
from enum import Enum
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from steward.backups.key_copies import TakenOut, take_out
from steward.events.actions import record
from steward.jobs import enqueue, task
from steward.jobs.queries import accounts_waiting_for
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.departed_models import AccountCertificate, Departure
from steward.lifecycle.departing import elsewhere
from steward.lifecycle.departing.certifying import UNREAD, certify
from steward.lifecycle.departing.counting import (
    count_all,
    count_more,
    destroy_some_files,
    locked_departure,
    note_left,
    refuse_what_was_not_found_again,
    what_is_left,
)
from steward.lifecycle.departing.ending import write_that_it_ended
from steward.lifecycle.departing.owners import News, owners_now, tell_former_owners
from steward.lifecycle.departing.portions import delete_some
from steward.lifecycle.departing.tables import owned_tables
from steward.lifecycle.models import Standing
from steward.lifecycle.moves import move
from steward.lifecycle.plans import backups_after
from steward.lifecycle.standings import reckon
from steward.people.operators import note
from steward.privacy.erasure.ledger import departures
from steward.privacy.holds.actions import let_holds_wait
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.store import destroy_account_key
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)
AT_A_TIME = 20.0  # seconds of one job: then others have their turn
REST = 0.5  # of the time a portion took, so that others have the disk and the processors meanwhile


class Progress(Enum):
    GOES_ON = "goes on"
    HELD = "held"  # by a legal hold
    DONE = "done"


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
        write_that_it_ended([account_id])  # who was killed right after the end has not
        return Progress.DONE
    if departure.counted_at is None:
        count_all(departure)
    tables = owned_tables()
    while monotonic() < until:
        began = monotonic()
        done = _step(account_id, tables)
        if done is not None:
            return done
        sleep((monotonic() - began) * rest)
    return Progress.GOES_ON


def _step(account_id: UUID, tables: list[str]) -> Progress | None:
    """One portion, whichever is next; None when there is more."""
    with upkeep_scope(account_id):
        departure = locked_departure(account_id)
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
    if destroy_some_files(account_id):
        return None
    return _end(account_id, tables)


def _end(account_id: UUID, tables: list[str]) -> Progress | None:
    """Nothing is found any more: what is beside the tables goes, all is read back, then the key; it is certified."""
    account = Account.objects.get(pk=account_id)
    mails = elsewhere.forget_kept_mails(account)
    count_more(account_id, {elsewhere.JOBS: elsewhere.forget_jobs(account_id), elsewhere.MAILS: mails})
    if left := what_is_left(account_id, tables):
        note_left(account_id, min(left))
        return None
    refuse_what_was_not_found_again(Departure.objects.get(pk=account_id), tables)
    copies = _destroy_key(account_id)
    with upkeep_scope(account_id):
        departure = locked_departure(account_id)
        if departure.deleted_at is None:
            _certify(account, departure, copies)
    write_that_it_ended([account_id])
    return Progress.DONE


def _destroy_key(account_id: UUID) -> TakenOut:
    """Last, for it reads what is left; and in the copies of the keys that can be reached."""
    destroy_account_key(account_id)
    copies = take_out(str(account_id))
    destroyed = {"key_destroyed_at": now(), "key_copies": copies.number}
    Departure.objects.filter(pk=account_id, key_destroyed_at=None).update(**destroyed)
    if copies.unread:
        logger.error("account %s: its key may still be in copies that cannot be read: %s", account_id, copies.unread)
    return copies


def _certify(account: Account, departure: Departure, copies: TakenOut) -> AccountCertificate:
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
    more = _repeated(account.pk) | ({UNREAD: list(copies.unread)} if copies.unread else {})
    certificate = certify(account, departure, AccountCertificate.Of.DELETED, more)
    tell_former_owners(News.DELETED, account, departure)
    note(None, "account.deleted", account_id=account.pk)
    reckon()
    return certificate


def _repeated(account_id: UUID) -> dict[str, Any]:
    """What is known of a certificate that a restored database has not got."""
    _begun, ended = departures().get(account_id, (None, None))
    if ended is None:
        return {}
    first = {"deleted_at": ended.deleted_at, "sha256": ended.sha256}
    return {"repeated_after_a_restore": first}
