"""Erasures by the clock: what stopped is gone on with, and what takes too long is said aloud."""

import logging
from datetime import timedelta
from uuid import UUID

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.tasks import run
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

logger = logging.getLogger(__name__)

PROMISED = timedelta(hours=72)  # from when it was ordered until it is gone from all that is in use
_QUIET = timedelta(hours=1)  # so long after its begin a running one may have lost its job

State = Erasure.State


def watch_erasures() -> int:
    """Go on with erasures that stopped, and raise the alarm for those that are late, once each; returns how many."""
    return sum(_watch(account_id) for account_id in Account.objects.values_list("id", flat=True))


def _watch(account_id: UUID) -> int:
    with account_scope(account_id):
        begun = Erasure.objects.filter(state__in=[State.RUNNING, State.FAILED])
        # A job more than needed does no harm: it finds nothing left to do.
        for erasure in begun.filter(state=State.RUNNING, started_at__lt=now() - _QUIET):
            enqueue(run, erasure=erasure.pk)
        late = begun.filter(started_at__lt=now() - PROMISED, alarmed_at=None).select_for_update(no_key=True)
        return sum(_alarm(erasure) for erasure in late)


def _alarm(erasure: Erasure) -> int:
    erasure.alarmed_at = now()
    erasure.save(update_fields=["alarmed_at"])
    record("erasure.late", erasure, actor=SYSTEM)
    logger.error(
        "erasure %s of account %s is not done %s after it was ordered", erasure.pk, erasure.account_id, PROMISED
    )
    return 1
