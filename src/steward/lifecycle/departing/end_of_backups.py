"""From deleted to gone: when no backup that could hold anything of the account is left, and that was looked at.

Not by the date alone: the place of the backups is asked, and the keys, without which no copy anywhere can be read.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from steward.backups.errors import BackupFault
from steward.backups.key_copies import last_copy, past_copies
from steward.backups.manifests import backups_in, is_name, made_at
from steward.backups.places import place_of
from steward.jobs import task
from steward.lib.clock import now
from steward.lifecycle.departed_models import AccountCertificate, Departure
from steward.lifecycle.departing.certifying import certify
from steward.lifecycle.departing.owners import News, tell_former_owners
from steward.lifecycle.moves import move
from steward.lifecycle.standings import reckon
from steward.people.operators import note
from steward.privacy.keys.store import kept_backup_keys
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)
FAULT = "backups"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: the place (empty where Steward makes no backups), how many there are now, and which are older."""

    place: str
    there: int
    older: tuple[str, ...]
    older_keys: tuple[str, ...]

    @property
    def is_clear(self) -> bool:
        return not self.older and not self.older_keys


@task("lifecycle.end_of_backups", in_scope=False)
def end_with_backups(account_id: UUID) -> None:
    """Look, and certify that nothing is left. Whatever is in the way is logged, and looked at again in an hour."""
    departure = Departure.objects.filter(pk=account_id, gone_at=None, deleted_at__isnull=False).first()
    if departure is None or departure.deleted_at is None or departure.backups_end_at is None:
        return
    if departure.backups_end_at > now():
        return
    try:
        looked = look_for_backups(departure.deleted_at)
    except (BackupFault, OSError) as fault:
        _in_the_way(account_id, str(fault))
        return
    if looked.is_clear:
        _go(account_id, looked)
    else:
        _in_the_way(account_id, ", ".join((*looked.older, *looked.older_keys)))


def look_for_backups(deleted_at: datetime) -> Looked:
    """Which backups were made before a moment and are still there. In no scope. Raises `BackupFault`."""
    place = place_of(settings.STEWARD_BACKUPS) if settings.STEWARD_BACKUPS else None
    there = [folder.name for folder in backups_in(place)] if place is not None else []
    last = last_copy()
    copies = [path.name for path in past_copies(last[1])] if last else []
    keys = [name for name in kept_backup_keys() if is_name(name) and made_at(name) <= deleted_at]
    older = tuple(name for name in there if made_at(name) <= deleted_at)
    return Looked(str(place or ""), len(there), older, (*keys, *copies))


def _in_the_way(account_id: UUID, what: str) -> None:
    logger.error("account %s is deleted, and backups that hold some of it are past their day: %s", account_id, what)
    Departure.objects.filter(pk=account_id).update(fault=FAULT)


def _go(account_id: UUID, looked: Looked) -> None:
    with upkeep_scope(account_id):
        account = Account.objects.get(pk=account_id)
        if not move(account, Account.State.DELETED, Account.State.GONE, None):
            return
        departure = Departure.objects.select_for_update(no_key=True).get(pk=account_id)
        departure.gone_at, departure.fault = now(), ""
        checked = {
            "at": now().isoformat(),
            "place": looked.place or None,
            "backups_there": looked.there,
            "older_than_the_deletion": 0,
            "keys_of_older_backups": 0,
        }
        more = {"gone_at": departure.gone_at.isoformat(), "backups_checked": checked}
        certify(account, departure, AccountCertificate.Of.GONE, more)
        tell_former_owners(News.GONE, account, departure)
        departure.told = b""
        departure.save(update_fields=["gone_at", "fault", "told"])
        Account.objects.filter(pk=account_id).update(name=account.slug)  # what the company was called goes, too
        note(None, "account.gone", account_id=account_id)
        reckon()
