"""The line of the ledger that says that an account was deleted, and by what its certificate can be known.

Written after the certificate is stored, so there is none without; whoever is killed in between is made good for.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from steward.lib.clock import now
from steward.lifecycle.departed_models import AccountCertificate, Departure
from steward.privacy.erasure.ledger import KEPT, lines, write_departed
from steward.privacy.erasure.ledger_lines import DepartureCertified


def write_that_it_ended(accounts: Sequence[UUID]) -> int:
    """Write it down for those of the accounts that are certified, where it does not stand; returns how many.

    Each certificate: one that is repeated after a restore is another than that of which the ledger knows. In no
    transaction. Raises `LedgerBroken`.
    """
    written = {(UUID(line.account), line.sha256) for line in lines() if isinstance(line, DepartureCertified)}
    certified = AccountCertificate.objects.filter(account__in=accounts, of=AccountCertificate.Of.DELETED)
    missing = [each for each in certified.order_by("number") if (each.account_id, each.sha256) not in written]
    for each in missing:
        write_departed(each.account_id, deleted_at=json.loads(each.content)["deleted_at"], sha256=each.sha256)
    return len(missing)


def write_ends_that_are_missing() -> int:
    """The same of all whose backups may still be there: before that no line is let go of. By the clock."""
    recent = Departure.objects.filter(deleted_at__gt=now() - KEPT)
    return write_that_it_ended(list(recent.values_list("pk", flat=True)))
