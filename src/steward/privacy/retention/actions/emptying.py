"""Purging by hand: chosen tickets, or all of the bin or of spam. It is written down beside what goes by rules."""

from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import let_holds_wait
from steward.privacy.retention.actions.applying import BATCH
from steward.privacy.retention.bin import Choice, counted
from steward.privacy.retention.forecasting import size_of_tickets
from steward.privacy.retention.models import Kind, RetentionRun
from steward.tenancy.scope import upkeep_scope
from steward.tickets.actions.purging import NothingToPurge, purge_tickets
from steward.tickets.holding import free_of_holds
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

AT_ONCE = 200  # tickets that are ordered while one waits; more are left to a worker


def purge_chosen(choice: Choice, *, actor: Actor) -> RetentionRun:
    """Order that what is chosen goes for good; what a legal hold keeps stays. Raises `NothingToPurge`.

    What was restored since it was counted stays as well, and so does what came into the bin after `choice.until`.
    """
    with transaction.atomic():
        let_holds_wait()
        found = counted(choice)
        if not found.tickets:
            raise NothingToPurge("nothing of it lies in the bin, or it is held")
        run = RetentionRun.objects.create(
            kind=Kind.TICKETS,
            days=0,
            number=found.tickets,
            size=found.size,
            status=choice.status,
            by_id=actor.id,
            at=now(),
        )
        told = {"status": choice.status.value, "number": run.number, "size": run.size}
        record("bin.purged", run, actor=actor, changes=told)
        if found.tickets > AT_ONCE:
            _leave_to_worker(run, choice)
        else:
            order_batch(run, choice, actor=actor)
            _note_that_all_is_ordered(run)
    return run


def note_purge(erasure: Erasure, status: Status) -> RetentionRun:
    """Write down what was ordered by nobody of the account: by the command line. Before anything of it goes."""
    going = Ticket.objects.filter(pk__in=(erasure.extent or {}).get("tickets", ()))
    at = now()
    run = RetentionRun.objects.create(
        kind=Kind.TICKETS, days=0, number=going.count(), size=size_of_tickets(going), status=status,
        erasures=[erasure.pk], at=at, ordered_at=at,
    )  # fmt: skip
    told = {"status": status.value, "number": run.number, "size": run.size}
    record("bin.purged", run, actor=SYSTEM, changes=told)
    return run


def order_all(account_id: UUID, run_id: UUID, choice: Choice) -> None:
    """Order what a worker was left, a batch at a time; needs no scope. What was begun is gone on with."""
    while True:
        with upkeep_scope(account_id):
            run = RetentionRun.objects.select_for_update(no_key=True, of=("self",)).get(pk=run_id)
            if run.ordered_at is not None:
                return
            let_holds_wait()
            if not order_batch(run, choice, actor=Actor(ActorKind.AGENT, run.by_id)):
                _note_that_all_is_ordered(run)


def order_batch(run: RetentionRun, choice: Choice, *, actor: Actor) -> bool:
    """Whether there was something to order. Callers hold off legal holds."""
    rows = free_of_holds(choice.rows())
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: BATCH[Kind.TICKETS]])
    if not keys:
        return False
    try:
        run.erasures = [*run.erasures, purge_tickets(keys, actor=actor, among=choice.rows()).pk]
    except NothingToPurge:
        return True  # all of them were restored just now, or written to: the next look finds others
    run.save(update_fields=["erasures"])
    return True


def _note_that_all_is_ordered(run: RetentionRun) -> None:
    run.ordered_at = now()
    run.save(update_fields=["ordered_at"])


def _leave_to_worker(run: RetentionRun, choice: Choice) -> None:
    from steward.privacy.retention.tasks import purge  # noqa: PLC0415  tasks call this package

    chosen = list(map(str, choice.tickets))
    enqueue(purge, run=str(run.pk), status=choice.status.value, until=choice.until.isoformat(), tickets=chosen)
