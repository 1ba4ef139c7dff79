"""Consents that were taken back after a backup was made: on a restored database they would stand again.

In the ledger each is known by the ids of the person and of the purpose, and by how it was taken back. There may be
many, so they are looked up together, and written without looking for what is there.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM
from steward.privacy.consent.actions import withdraw
from steward.privacy.consent.models import ConsentRecord, Purpose
from steward.privacy.erasure.ledger import write_stop
from steward.privacy.erasure.ledger_lines import Stopped
from steward.tenancy.scope import upkeep_scope

CONSENT = "consent"
_TOGETHER = 1000


def note_withdrawal(account_id: UUID, record_id: UUID) -> None:
    """Write down, durably, that a consent was taken back, unless the person was erased. Raises `LedgerBroken`."""
    with upkeep_scope(account_id):
        found = ConsentRecord.objects.filter(pk=record_id, ended_at__isnull=False).first()
    if found is not None and found.ended_at is not None:
        key, at = f"{found.contact_id or found.visitor}:{found.purpose_id}", found.ended_at
        write_stop(account_id, what=CONSENT, key=key, state=found.ended_how, said_at=at.isoformat())


def standing_again(lines: Sequence[Stopped]) -> Iterator[Stopped]:
    """Those of the lines whose consent stands here, given before it was taken back. In the account's scope."""
    waiting = iter(lines)
    while batch := list(islice(waiting, _TOGETHER)):
        given = _given([UUID(line.key.partition(":")[0]) for line in batch])
        for line in batch:
            at = given.get(line.key)
            if at is not None and at <= datetime.fromisoformat(line.said_at):
                yield line


def withdraw_again(line: Stopped) -> None:
    """Take it back here, too; what is done by it stops. In the account's scope."""
    subject, purpose = map(UUID, line.key.split(":"))
    who = Contact.objects.filter(pk=subject).first() or subject
    withdraw(who, Purpose.objects.get(pk=purpose), how=line.state, actor=SYSTEM)


def _given(subjects: Sequence[UUID]) -> dict[str, datetime]:
    standing = ConsentRecord.objects.filter(ended_at=None)
    rows = standing.filter(contact__in=subjects).values_list("contact_id", "purpose_id", "given_at")
    others = standing.filter(visitor__in=subjects, contact=None).values_list("visitor", "purpose_id", "given_at")
    return {f"{subject}:{purpose}": at for subject, purpose, at in [*rows, *others]}
