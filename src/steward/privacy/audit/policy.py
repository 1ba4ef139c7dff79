"""How long an account keeps what happened, whether reads are noted in it, and how long those are kept."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.audit.models import AuditPolicy


def policy() -> AuditPolicy:
    """What the account in scope has chosen, or what holds until somebody chooses."""
    return AuditPolicy.objects.first() or AuditPolicy()


@dataclass(frozen=True, slots=True)
class Choice:
    """What an account says of its audit: all of it, since one page asks for it at once."""

    records_reads: bool
    reads_days: int
    entries_days: int


def change_policy(wanted: Choice, *, actor: Actor) -> bool:
    """Choose it. False, and nothing is recorded, when it was so already."""
    with transaction.atomic():
        chosen = AuditPolicy.objects.select_for_update(no_key=True).first() or AuditPolicy()
        before = Choice(chosen.records_reads, chosen.reads_days, chosen.entries_days)
        if before == wanted:
            return False
        chosen.records_reads, chosen.reads_days = wanted.records_reads, wanted.reads_days
        chosen.entries_days = wanted.entries_days
        chosen.save()
        if (before.records_reads, before.reads_days) != (wanted.records_reads, wanted.reads_days):
            told = {"is_on": wanted.records_reads, "days": wanted.reads_days}
            record("audit.reads_changed", chosen, actor=actor, changes=told)
        if before.entries_days != wanted.entries_days:
            told = {"from": before.entries_days, "days": wanted.entries_days}
            record("audit.retention_changed", chosen, actor=actor, changes=told)
    return True


def forget_old_reads(days: int) -> int:
    """Let go of reads of the account in scope that are older; returns how many. The database keeps thirty days."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_reads(%s)", [now() - timedelta(days=days)])
        return int(cursor.fetchone()[0])
