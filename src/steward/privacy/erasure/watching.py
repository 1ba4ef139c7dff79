"""Erasures by the clock: what stopped goes on, what takes too long is said aloud, old plans are forgotten."""

import logging
from datetime import timedelta
from uuid import UUID

from steward.events.actions import Happening, record, record_many
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.actions.running import TAKEN
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.outside import PATIENCE
from steward.privacy.erasure.tasks import count, run
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)

PROMISED = timedelta(hours=72)  # from when it was ordered until it is gone from all that is in use
PLANS_KEPT = timedelta(days=7)  # without being ordered
_QUIET = timedelta(hours=1)  # so long after its begin a running one may have lost its job

State = Erasure.State


def watch_erasures() -> int:
    """Go on with erasures that stopped, and raise the alarm for those that are late, once each; returns how many."""
    return sum(_watch(account_id) for account_id in Account.objects.values_list("id", flat=True))


def _watch(account_id: UUID) -> int:
    with upkeep_scope(account_id):
        begun = Erasure.objects.filter(state__in=[State.RUNNING, State.FAILED])
        # A job more than needed does no harm: it finds nothing left to do.
        for erasure in begun.filter(state=State.RUNNING, started_at__lt=now() - _QUIET):
            if not _waits(erasure):
                enqueue(run, erasure=erasure.pk)
        for erasure in Erasure.objects.filter(state=State.COUNTING, planned_at__lt=now() - _QUIET):
            enqueue(count, erasure=erasure.pk)
        _forget_old_plans()
        late = begun.filter(started_at__lt=now() - PROMISED, alarmed_at=None).select_for_update(no_key=True)
        return sum(_alarm(erasure) for erasure in late)


def _waits(erasure: Erasure) -> bool:
    """Whether its next try to reach what is outside is queued already: each job more would go on to queue its own."""
    is_taken = bool((erasure.extent or {}).get(TAKEN))
    return is_taken and erasure.started_at is not None and now() < erasure.started_at + PATIENCE + _QUIET


def _forget_old_plans() -> None:
    """A plan that nobody ordered names people, and what it counted is not true any more."""
    plans = Erasure.objects.filter(state__in=Erasure.UNORDERED, planned_at__lt=now() - PLANS_KEPT).order_by("pk")
    old = list(plans.select_for_update(no_key=True))  # whoever orders one in this moment is waited for
    Erasure.objects.filter(pk__in=[one.pk for one in old], state__in=Erasure.UNORDERED).delete()
    record_many([Happening("erasure.dropped", one) for one in old], actor=SYSTEM)


def _alarm(erasure: Erasure) -> int:
    erasure.alarmed_at = now()
    erasure.save(update_fields=["alarmed_at"])
    record("erasure.late", erasure, actor=SYSTEM)
    logger.error(
        "erasure %s of account %s is not done %s after it was ordered", erasure.pk, erasure.account_id, PROMISED
    )
    return 1
